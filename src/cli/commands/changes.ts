import { sayChange } from '../../fleet/changes/say-change.js';
import { InputError } from '../../files/text/input-error.js';
import { readBeginning, readInstant } from '../../files/text/instant.js';
import type { ChangeOfClient } from '../../fleet/store/store.js';
import { CHANGE_KINDS } from '../../model/change.js';
import { type ChangesRow, renderChangesOfLook } from '../../reports/changes-table.js';
import { renderHanging } from '../../reports/blocks.js';
import { createJsonWriter } from '../../reports/json.js';
import { renderCount } from '../../words/sentence.js';
import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';
import { openOutput } from '../kit/output.js';
import { checkGroups, STORE, TABLE_OR_JSON, withStore } from '../kit/store.js';
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
  async run({ since, until, group, kind, format, store: path }) {
    const now = new Date();
    const span = { since: readBeginning(since, now), until: until === undefined ? now : readInstant(until, 'end') };
    if (span.since > span.until) throw new InputError('--since is later than --until');
    const { width, paint } = describeScreen();
    const output = await openOutput();
    const json = format === 'json' ? createJsonWriter(true) : null;
    const counts = new Map<string, number>();
    const clients = new Set<string>();
    await withStore(path, async (store) => {
      await checkGroups(store, group);
      await output.write(json?.begin() ?? '');
      for await (const look of joinLooks(store.readChanges({ ...span, kinds: kind }))) {
        if (group && !(look.client.group !== null && group.includes(look.client.group))) continue;
        clients.add(look.client.id);
        for (const change of look.changes) counts.set(change.kind, (counts.get(change.kind) ?? 0) + 1);
        if (json) for (const change of look.changes) await output.write(json.element(change));
        else await output.write(renderChangesOfLook(look, width, paint));
      }
      if (json) return output.write(json.end());
      const isKnown = clients.size > 0 || (await store.hasCheck({ ...span, groups: group }));
      return output.write(
        renderEnd(isKnown ? describeCounts(counts, clients.size, span) : describeUnchecked(span), width),
      );
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

function renderEnd(text: string, width: number): string {
  return `${renderHanging('', 2, text, width).join('\n')}\n`;
}

interface Span {
  readonly since: Date;
  readonly until: Date;
}

function describeSpan({ since, until }: Span): string {
  const [from, to] = [since, until].map((time) => time.toISOString().slice(0, 16).replace('T', ' '));
  return `${from} to ${to} UTC`;
}

/** Where nothing was checked, that nothing changed would be an all-clear. */
function describeUnchecked(times: Span): string {
  return `No check is in the store, ${describeSpan(times)}: what changed is not known`;
}

function describeCounts(counts: ReadonlyMap<string, number>, clients: number, times: Span): string {
  const span = describeSpan(times);
  if (clients === 0) return `Nothing changed, ${span}`;
  const kinds = CHANGE_KINDS.flatMap((kind) =>
    counts.has(kind) ? [`${counts.get(kind)} ${kind.replaceAll('-', ' ')}`] : [],
  );
  const sum = [...counts.values()].reduce((a, b) => a + b, 0);
  return `${renderCount(sum, 'change')} at ${renderCount(clients, 'client')}, ${span}: ${kinds.join(', ')}`;
}
