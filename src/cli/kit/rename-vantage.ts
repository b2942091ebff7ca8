import { InputError } from '../../files/text/input-error.js';
import { StoreError } from '../../fleet/store/store-error.js';
import type { Store } from '../../fleet/store/store.js';
import { listVantages, renameVantageInStore } from '../../fleet/sweep/rename-vantage.js';
import { standingOf } from '../../model/work-status.js';
import { listNames, quote, renderCount } from '../../words/sentence.js';
import { defineCommand } from './command.js';
import { EXIT, tell } from './ending.js';
import { print } from './output.js';
import { chooseStore, STORE, withStore } from './store.js';
import { openWorkStatus, readVantageName } from './work.js';

/** `sallyport workers rename`: a vantage under another name, with all that is known from it. */
export const RENAME_VANTAGE = defineCommand({
  title: 'Give a vantage another name, with all that is known from it',
  words: {
    vantage: { required: true, describe: 'The vantage, by its name until now' },
    to: { required: true, describe: 'Its new name' },
  },
  options: {
    'same-place': { switch: true, describe: 'The new name has looked already, and is the same place' },
    'dry-run': { switch: true, describe: 'Say what would be done, and do nothing' },
    ...STORE,
  },
  notes: [
    'Stop coordinators and workers first, in good order, so that they deliver what they have; then start them with the new name.',
    'What the vantage saw open stays open until it sees it shut under its new name. Reports of the past keep the old one.',
  ],
  run: ({ vantage: from, to, store: path, 'same-place': isSame = false, 'dry-run': dry }) =>
    withStore(path, async (store) => {
      readVantageName(from, 'VANTAGE');
      readVantageName(to, 'TO');
      if (from === to) throw new InputError('the new name is the old one');
      await requireStopped(path, from);
      const { slots, issues } = await readKnown(store, from, to, isSame);
      if (!dry) await renameVantageInStore(store, from, to);
      const known = `${renderCount(slots, 'address', 'addresses')}, ${renderCount(issues, 'violation')} that it saw`;
      const done = `${from} becomes ${to}, with what is known from it: ${known}`;
      print(dry ? `nothing was done; without --dry-run: ${done}` : done);
      if (!dry)
        tell(`start coordinator and workers with --vantage ${to}; a worker over HTTPS needs a token of that name`);
      return EXIT.compliant;
    }),
});

async function requireStopped(path: string | undefined, from: string): Promise<void> {
  const shown = await openWorkStatus(chooseStore(path));
  try {
    const { coordinators = [] } = (await shown.read()) ?? {};
    const one = coordinators.find((it) => standingOf(it) !== 'silent' && it.vantages.includes(from));
    if (one)
      throw new StoreError(
        `a coordinator has clients looked at from ${from}: stop it first (process ${one.pid} on ${one.host})`,
      );
  } finally {
    await shown.close();
  }
}

async function readKnown(store: Store, from: string, to: string, isSame: boolean) {
  const known = await listVantages(store);
  const own = known.get(from);
  if (!own) {
    const names = [...known.keys()].sort().map((name) => quote(name, 32));
    throw new InputError(
      `nothing is known from a vantage ${quote(from, 32)}` +
        (names.length > 0 ? `; those of which something is are ${listNames(names, 16)}` : ''),
    );
  }
  if (known.has(to) && !isSame)
    throw new InputError(
      `${quote(to, 32)} has looked already: if it is the same place, say so with --same-place; what ${quote(from, 32)} saw open ends then once ${quote(to, 32)} sees it shut`,
    );
  return own;
}
