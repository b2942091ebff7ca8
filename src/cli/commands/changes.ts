import { sayChange } from '../../fleet/changes/say-change.js';
import { InputError } from '../../files/text/input-error.js';
import { readBeginning, readInstant } from '../../files/text/instant.js';
import type { ChangeOfClient } from '../../fleet/store/changes.js';
import { requireGroups } from '../../fleet/sweep/require-known.js';
import { CHANGE_KINDS, type ChangeKind } from '../../model/change.js';
import { sayChangesEnd } from '../../reports/changes-end.js';
import { type ChangesRow, renderChangesOfLook } from '../../reports/changes-table.js';
import { renderHanging } from '../../reports/blocks.js';
import { createJsonWriter } from '../../reports/json.js';
import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';
import { openOutput } from '../kit/output.js';
import { STORE, TABLE_OR_JSON, withStore } from '../kit/store.js';
import { describeScreen } from '../kit/terminal.js';

/** `sallyport changes`: what changed at all clients in a time, across sweeps, the newest first. */
export const command = defineCommand({
  options: {
    since: { value: 'TIME', default: '7d', describe: 'From this day or time on, or so long ago, such as 36h or 30d' },
    until: { value: 'TIME', otherwise: 'now', describe: 'Until the end of this day, or this time' },
    group: { list: true, value: 'NAME', describe: 'Only clients of this group' },
    kind: { list: true, choices: CHANGE_KINDS, describe: 'Only changes of this kind' },
    ...TABLE_OR_JSON,
    ...STORE,
  },
  examples: [
    ['changes', 'What changed this week?'],
    ['changes --since 2026-11-01 --until 2026-11-30 --kind exposed', 'What was exposed in November, UTC?'],
  ],
  notes: ['Exit codes: 0 whatever changed, 2 usage or internal error'],
  async run({ since, until, group, kind, format, store: path }) {
    const now = new Date();
    const span = { since: readBeginning(since, now), until: until === undefined ? now : readInstant(until, 'end') };
    if (span.since > span.until) throw new InputError('--since is later than --until');
    const { width, paint } = describeScreen();
    const output = await openOutput();
    const json = format === 'json' ? createJsonWriter(true) : null;
    const counts = new Map<ChangeKind, number>();
    const clients = new Set<string>();
    await withStore(path, async (store) => {
      await requireGroups(store, group);
      await output.write(json?.begin() ?? '');
      for await (const look of joinLooks(store.readChanges({ ...span, kinds: kind, groups: group }))) {
        clients.add(look.client.id);
        for (const change of look.changes) counts.set(change.kind, (counts.get(change.kind) ?? 0) + 1);
        if (json) for (const change of look.changes) await output.write(json.element(change));
        else await output.write(renderChangesOfLook(look, width, paint));
      }
      if (json) return output.write(json.end());
      const coverage = await store.countCoverage({ ...span, groups: group });
      const told = { counts, clients: clients.size, span, coverage, narrowed: kind !== undefined };
      return output.write(renderHanging('', 2, sayChangesEnd(told), width).join('\n') + '\n');
    });
    await output.close();
    return EXIT.compliant;
  },
});

/** Joins the changes of a look, which follow one another. */
async function* joinLooks(changes: AsyncIterable<ChangeOfClient>): AsyncGenerator<ChangesRow> {
  let look: (ChangesRow & { changes: ChangesRow['changes'][number][] }) | null = null;
  for await (const { client, ...change } of changes) {
    const { at, slot, sweepId } = change;
    if (look && (look.at !== at || look.slot !== slot || look.client.id !== client.id)) {
      yield look;
      look = null;
    }
    look ??= { at, client, slot, sweepId, changes: [] };
    look.changes.push(sayChange(change));
  }
  if (look) yield look;
}
