import { InputError } from '../../files/text/input-error.js';
import { formatDay } from '../../files/text/day.js';
import { describeUnknownClient } from '../../fleet/handover/missing-report.js';
import type { Waiver } from '../../model/change.js';
import { renderWaiverEntry } from '../../reports/inventory-table.js';
import { renderJson } from '../../reports/json.js';
import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';
import { CLIENT, STORE, TABLE_OR_JSON, withStore } from '../kit/store.js';
import { describeScreen } from '../kit/terminal.js';

/** `sallyport waivers`: lists what was accepted, or takes it back. */
export const command = defineCommand({
  words: { client: { ...CLIENT, describe: 'Id of a client; all clients without it' } },
  options: { ...TABLE_OR_JSON, ...STORE },
  subcommands: {
    revoke: defineCommand({
      title: 'Revoke a waiver',
      words: { id: { required: true, describe: 'Number of the waiver' } },
      options: STORE,
      run: ({ id, store }) => revoke(id, store),
    }),
  },
  async run({ client, format, store: path }) {
    const waivers = await withStore(path, async (store) => {
      const all = await store.listWaivers(client);
      if (client !== undefined && all.length === 0 && (await store.listHistory(client, 1)).length === 0)
        throw await describeUnknownClient(store, client);
      return all;
    });
    const { width } = describeScreen();
    const show = (waiver: Waiver) => renderWaiverEntry(waiver, width, formatDay(new Date()));
    if (format === 'json') process.stdout.write(renderJson(waivers));
    else process.stdout.write(waivers.length === 0 ? 'nothing was accepted\n' : waivers.map(show).join(''));
    return EXIT.compliant;
  },
});

async function revoke(text: string, path: string | undefined): Promise<number> {
  const id = /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
  if (id === null) throw new InputError(`"${text}" is not the number of a waiver; sallyport waivers lists them`);
  const done = await withStore(path, (store) => store.revokeWaiver(id));
  if (!done) throw new InputError(`there is no waiver ${id}; sallyport waivers lists them`);
  process.stdout.write(`waiver ${id} is revoked: what it accepted counts again\n`);
  return EXIT.compliant;
}
