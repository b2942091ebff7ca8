import type { Argv, CommandModule } from 'yargs';
import type { Store, StoreInfo } from '../../fleet/store/store.js';
import { parseDuration } from '../../files/text/instant.js';
import { InputError } from '../../files/text/input-error.js';
import { forTerminal } from '../../words/escape.js';
import type { Choose } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { STORE_OPTION, withStore } from '../with-store.js';

interface PruneArguments {
  readonly store: string | undefined;
  readonly olderThan: string | undefined;
  readonly keep: number | undefined;
}

/** `sallyport store`: upkeep of the store. Makes none where there is none. */
export function storeCommand(choose: Choose): CommandModule {
  const one = (yargs: Argv) => yargs.options(STORE_OPTION);
  return {
    command: 'store',
    describe: 'Look after the store of results: info, check, prune, backup',
    builder: (yargs) =>
      yargs
        .command('info', 'Tell where the store is and what is in it', one, ({ store }) =>
          choose(() => withStore(store, showInfo)),
        )
        .command('check', 'Look for damage in the store', one, ({ store }) =>
          choose(() => withStore(store, checkStore)),
        )
        .command('prune', 'Delete old results; the newest of each address stays', addPruneOptions, (args) =>
          choose(() => prune(args)),
        )
        .command(
          'backup <file>',
          'Copy the store into a new file, also while it is in use',
          (yargs) =>
            one(yargs).positional('file', { type: 'string', demandOption: true, describe: 'File that is made' }),
          ({ store, file }) => choose(() => withStore(store, (opened) => backUp(opened, file))),
        )
        .demandCommand(1, 'name what to do: sallyport store info, check, prune or backup'),
    handler: () => {},
  };
}

function addPruneOptions(yargs: Argv) {
  return yargs.options({
    ...STORE_OPTION,
    'older-than': { type: 'string', requiresArg: true, describe: 'Delete what is older, for example 400d' },
    keep: { type: 'number', requiresArg: true, describe: 'Delete all but so many of the newest results of an address' },
  });
}

async function showInfo(store: Store): Promise<number> {
  const info = await store.info();
  const rows: readonly (readonly [string, string | number])[] = [
    ['path', info.path],
    ['size', tellSize(info)],
    ['structure', info.version],
    ...Object.entries(info.counts).map(([table, count]) => [tellName(table), count] as const),
    ['oldest result', info.oldest ?? 'none'],
    ['newest result', info.newest ?? 'none'],
  ];
  for (const [name, value] of rows) print(`${name.padEnd(15)}${value}`);
  return EXIT.compliant;
}

/** Words of a name: of a table, or of a property. */
function tellName(name: string): string {
  return name.replace(/_|(?=[A-Z])/g, ' ').toLowerCase();
}

function tellSize({ bytes }: StoreInfo): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

async function checkStore(store: Store): Promise<number> {
  const problems = await store.check();
  if (problems.length === 0) print(`${store.path}: no damage found`);
  for (const problem of problems) process.stderr.write(`sallyport: ${forTerminal(problem)}\n`);
  return problems.length === 0 ? EXIT.compliant : EXIT.violation;
}

async function prune({ store: option, olderThan, keep }: PruneArguments): Promise<number> {
  const ageMs = olderThan === undefined ? null : parseDuration(olderThan);
  if (ageMs === undefined) throw new InputError('--older-than: expected a time such as 400d or 12h');
  const keepPerSlot = keep ?? null;
  if (keepPerSlot !== null && !(Number.isInteger(keepPerSlot) && keepPerSlot >= 1)) {
    throw new InputError('--keep: expected a whole number, at least 1');
  }
  if (ageMs === null && keepPerSlot === null) throw new InputError('name what may go: --older-than, --keep, or both');
  return withStore(option, async (store) => {
    const pruned = await store.prune({ olderThan: ageMs === null ? null : new Date(Date.now() - ageMs), keepPerSlot });
    print(
      `deleted: ${Object.entries(pruned)
        .map(([what, count]) => `${count} ${tellName(what)}`)
        .join(', ')}`,
    );
    return EXIT.compliant;
  });
}

async function backUp(store: Store, file: string): Promise<number> {
  await store.backup(file);
  print(`${store.path}: copied to ${file}`);
  return EXIT.compliant;
}

function print(line: string): void {
  process.stdout.write(`${forTerminal(line)}\n`);
}
