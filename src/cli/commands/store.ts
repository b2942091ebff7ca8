import type { Store, StoreInfo } from '../../fleet/store/store.js';
import { parseDuration } from '../../files/text/instant.js';
import { InputError } from '../../files/text/input-error.js';
import { defineCommand } from '../kit/command.js';
import { EXIT, tell } from '../kit/ending.js';
import type { Options, Values } from '../kit/option.js';
import { print } from '../kit/output.js';
import { STORE, withStore } from '../kit/store.js';

const PRUNING = {
  ...STORE,
  'older-than': { value: 'TIME', describe: 'Delete what is older, for example 400d' },
  keep: {
    limits: { least: 1, most: Infinity, whole: true },
    describe: 'Keep only this many of the newest results of each address',
  },
} as const satisfies Options;

/** `sallyport store`: upkeep of the store. Makes none if there is none. */
export const command = defineCommand({
  subcommands: {
    info: defineCommand({
      title: 'Show where the store is and what is in it',
      options: STORE,
      run: ({ store }) => withStore(store, showInfo),
    }),
    check: defineCommand({
      title: 'Check the store for damage',
      options: STORE,
      run: ({ store }) => withStore(store, checkStore),
    }),
    prune: defineCommand({
      title: 'Delete old results; the newest of each address stays',
      options: PRUNING,
      run: prune,
    }),
    backup: defineCommand({
      title: 'Copy the store into a new file, even while it is in use',
      words: { file: { required: true, describe: 'File to create' } },
      options: STORE,
      run: ({ store, file }) => withStore(store, (opened) => backUp(opened, file)),
    }),
  },
});

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
  problems.forEach(tell);
  return problems.length === 0 ? EXIT.compliant : EXIT.violation;
}

async function prune(args: Values<typeof PRUNING>): Promise<number> {
  const { store: option, 'older-than': olderThan, keep: keepPerSlot = null } = args;
  const ageMs = olderThan === undefined ? null : parseDuration(olderThan);
  if (ageMs === undefined) throw new InputError('--older-than: expected a time such as 400d or 12h');
  if (ageMs === null && keepPerSlot === null)
    throw new InputError('name what to delete: --older-than, --keep, or both');
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
