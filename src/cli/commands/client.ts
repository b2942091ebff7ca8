import { checkClientId } from '../../files/clients/inventory-schema.js';
import { InputError } from '../../files/text/input-error.js';
import type { ClientRecords, Store } from '../../fleet/store/store.js';
import { renderCount } from '../../words/sentence.js';
import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';
import type { Options } from '../kit/option.js';
import { print } from '../kit/output.js';
import { CLIENT, describeUnknownClient, STORE, withStore } from '../kit/store.js';

const OPTIONS = {
  'dry-run': { switch: true, describe: 'Say what would be done, and do nothing' },
  ...STORE,
} as const satisfies Options;

const ID = { ...CLIENT, required: true } as const;

/** `sallyport client`: what becomes of a client's records in the store. The inventory is the user's. */
export const command = defineCommand({
  subcommands: {
    retire: defineCommand({
      title: 'List a client, or one of its addresses, no longer; its history stays',
      words: { client: ID, address: { describe: 'Only this address or name of the client' } },
      options: OPTIONS,
      run: ({ client, address, 'dry-run': dry, store: path }) =>
        withStore(path, async (store) => {
          const records = await readRecords(store, client);
          if (address !== undefined) await requireSlot(store, client, address);
          const count = address === undefined ? records.standings : 1;
          if (!dry) await store.retireClient(client, address ?? null, new Date());
          return tellDone(
            dry,
            `no longer listed: ${renderCount(count, 'address', 'addresses')} of ${client}; kept: ${listHeld(records)}`,
          );
        }),
    }),
    rename: defineCommand({
      title: 'Give a client another id, with its history, waivers and checklists',
      words: { client: ID, to: { required: true, describe: 'Its new id, which the inventory has to have too' } },
      options: OPTIONS,
      run: ({ client, to, 'dry-run': dry, store: path }) =>
        withStore(path, async (store) => {
          checkClientId(to);
          const records = await readRecords(store, client);
          if ((await store.countRecords(to)) !== null) throw new InputError(`the store has a client "${to}" already`);
          if (!dry) await store.renameClient(client, to);
          return tellDone(dry, `${client} is ${to} now, with ${listHeld(records)}`);
        }),
    }),
    forget: defineCommand({
      title: 'Delete all that the store holds of a client, its history too',
      words: { client: ID },
      options: OPTIONS,
      run: ({ client, 'dry-run': dry, store: path }) =>
        withStore(path, async (store) => {
          const records = await readRecords(store, client);
          if (!dry) await store.forgetClient(client);
          return tellDone(dry, `deleted of ${client}: ${listHeld(records)}`);
        }),
    }),
  },
});

async function readRecords(store: Store, client: string): Promise<ClientRecords> {
  const records = await store.countRecords(client);
  if (!records) throw await describeUnknownClient(store, client);
  return records;
}

async function requireSlot(store: Store, client: string, address: string): Promise<void> {
  const slots: string[] = [];
  for await (const { slot } of store.readClientStates(client)) slots.push(slot);
  if (!slots.includes(address)) {
    const known = slots.length === 0 ? 'none is listed' : `those listed are ${slots.join(', ')}`;
    throw new InputError(`"${client}" has no address "${address}" in the list; ${known}`);
  }
}

function tellDone(dry: boolean | undefined, done: string): number {
  print(dry ? `nothing was done; without --dry-run: ${done}` : done);
  return EXIT.compliant;
}

function listHeld({ results, changes, waivers, answers, siteReports }: ClientRecords): string {
  return [
    renderCount(results, 'check'),
    renderCount(changes, 'change'),
    renderCount(waivers, 'waiver'),
    renderCount(answers, 'answer to a checklist', 'answers to checklists'),
    renderCount(siteReports, 'site report'),
  ].join(', ');
}
