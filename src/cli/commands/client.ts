import { checkClientId } from '../../files/clients/inventory-schema.js';
import { InputError } from '../../files/text/input-error.js';
import type { Store } from '../../fleet/store/store.js';
import type { ClientRecords } from '../../fleet/store/client-records.js';
import { describeUnknownClient } from '../../fleet/handover/missing-report.js';
import { renderCount } from '../../words/sentence.js';
import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';
import type { Options } from '../kit/option.js';
import { print } from '../kit/output.js';
import { CLIENT, STORE, withStore } from '../kit/store.js';

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
          const { count, exposures } = await readListed(store, client, address);
          if (!dry) await store.retireClient(client, address ?? null, new Date());
          const stood = exposures === 0 ? '' : `, where ${renderCount(exposures, 'violation')} stood`;
          const listed = `${renderCount(count, 'address', 'addresses')} of ${client}${stood}`;
          return tellDone(dry, `no longer listed: ${listed}; kept: ${listHeld(records)}`);
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
          return tellDone(dry, `${client} becomes ${to}, with ${listHeld(records)}`);
        }),
    }),
    forget: defineCommand({
      title: 'Delete all that the store holds of a client, its history too',
      words: { client: ID },
      options: OPTIONS,
      run: ({ client, 'dry-run': dry, store: path }) =>
        withStore(path, async (store) => {
          const inventory = await store.findInventory(client);
          const records = inventory === null ? await readRecords(store, client) : await store.countRecords(client);
          if (!dry) await store.forgetClient(client);
          const held = records ? listHeld(records) : 'nothing but its entry';
          const back = inventory === null ? '' : `; a sweep brings it back as long as ${inventory} has it`;
          return tellDone(dry, `deleted of ${client}: ${held}${back}`);
        }),
    }),
  },
});

async function readRecords(store: Store, client: string): Promise<ClientRecords> {
  const records = await store.countRecords(client);
  if (!records) throw await describeUnknownClient(store, client);
  return records;
}

/** How many addresses of a client are listed, or whether one is, and how many violations stand there. */
async function readListed(store: Store, client: string, address: string | undefined) {
  const known: string[] = [];
  let [count, exposures] = [0, 0];
  for await (const { slot, state } of store.readClientStates(client)) {
    known.push(slot);
    if (address !== undefined && slot !== address) continue;
    count++;
    exposures += Object.values(state.issues).filter(({ waived }) => !waived).length;
  }
  if (count > 0) return { count, exposures };
  if (known.length === 0) throw new InputError(`no address of "${client}" is listed`);
  throw new InputError(`"${client}" has no address "${address}" in the list; those listed are ${known.join(', ')}`);
}

function tellDone(dry: boolean | undefined, done: string): number {
  print(dry ? `nothing was done; without --dry-run: ${done}` : done);
  return EXIT.compliant;
}

function listHeld({ results, changes, waivers, answers, siteReports, invitedChecks }: ClientRecords): string {
  return [
    renderCount(results, 'check'),
    renderCount(changes, 'change'),
    renderCount(waivers, 'waiver'),
    renderCount(answers, 'answer to a checklist', 'answers to checklists'),
    renderCount(siteReports, 'site report'),
    renderCount(invitedChecks, 'check from the site', 'checks from the site'),
  ].join(', ');
}
