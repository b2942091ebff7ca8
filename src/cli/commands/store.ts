import type { Store, StoreInfo } from '../../fleet/store/store.js';
import { parseDuration } from '../../files/text/instant.js';
import { InputError } from '../../files/text/input-error.js';
import { defineCommand } from '../kit/command.js';
import { EXIT, tell } from '../kit/ending.js';
import type { Options, Values } from '../kit/option.js';
import { print } from '../kit/output.js';
import { renderCount } from '../../words/sentence.js';
import { renderTime } from '../../words/time.js';
import { chooseStorePath, STORE, withStore } from '../kit/store.js';

const PRUNING = {
  ...STORE,
  'older-than': { value: 'TIME', describe: 'Delete what is older, for example 400d' },
  keep: {
    limits: { least: 1, most: Infinity, whole: true },
    describe: 'Keep only this many of the newest results of each address',
  },
} as const satisfies Options;

/** `sallyport store`: upkeep of the store. Only `restore` makes one. */
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
    restore: defineCommand({
      title: 'Make a store of a backup; overwrites none',
      words: { file: { required: true, describe: 'Backup to restore' } },
      options: STORE,
      run: ({ store, file }) => restore(chooseStorePath(store), file),
    }),
  },
});

async function showInfo(store: Store): Promise<number> {
  const info = await store.info();
  const { counts } = info;
  const tellTime = (iso: string | null) => (iso === null ? 'none' : renderTime(iso));
  const rows: readonly (readonly [string, string | number])[] = [
    ['file', info.path],
    ['size', tellSize(info)],
    ['format', info.version],
    ['clients', `${counts.clients}, with ${renderCount(counts.slots, 'address', 'addresses')}`],
    [
      'sweeps',
      `${counts.sweeps}${counts.work > 0 ? `, with ${renderCount(counts.work, 'client')} still to check` : ''}`,
    ],
    ['checks', `${counts.results}, with ${renderCount(counts.reports, 'different report')}`],
    ['oldest check', tellTime(info.oldest)],
    ['newest check', tellTime(info.newest)],
    ['changes', counts.changes],
    ['waivers', counts.waivers],
    ['alerts', `${counts.messages}, sent, waiting or given up`],
    ['checklists', renderCount(counts.answers, 'answer')],
    ['site reports', counts.site_reports],
  ];
  for (const [name, value] of rows) print(`${name.padEnd(14)}${value}`);
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
  const ageMs = olderThan === undefined ? null : /[smhd]$/.test(olderThan) ? parseDuration(olderThan) : undefined;
  if (ageMs === undefined)
    throw new InputError('--older-than: expected a time with its unit (s, m, h or d), such as 400d');
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

async function restore(path: string, file: string): Promise<number> {
  const { restoreStore } = await import('../../fleet/store/restore-store.js');
  await restoreStore(file, path);
  print(`${path}: restored from ${file}`);
  return EXIT.compliant;
}

async function backUp(store: Store, file: string): Promise<number> {
  await store.backup(file);
  print(`${store.path}: copied to ${file}`);
  return EXIT.compliant;
}
