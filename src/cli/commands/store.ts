import type { Store } from '../../fleet/store/store.js';
import type { HeadState } from '../../fleet/store/chain-check.js';
import type { StoreInfo } from '../../fleet/store/upkeep.js';
import { parseDuration } from '../../files/text/instant.js';
import { InputError } from '../../files/text/input-error.js';
import { defineCommand } from '../kit/command.js';
import { EXIT, tell } from '../kit/ending.js';
import type { Options, Values } from '../kit/option.js';
import { print } from '../kit/output.js';
import { verifyFile } from '../kit/signed-file.js';
import type { StorePlace } from '../../model/store-place.js';
import type { ChainHead } from '../../model/signature.js';
import { renderCount } from '../../words/sentence.js';
import { renderTime } from '../../words/time.js';
import { chooseStore, STORE, withStore } from '../kit/store.js';

const PRUNING = {
  ...STORE,
  'older-than': { value: 'TIME', describe: 'Delete what is older, for example 400d' },
  keep: {
    limits: { least: 1, most: Infinity, whole: true },
    describe: 'Keep only this many of the newest results of each address',
  },
} as const satisfies Options;

const TELL_EVERY_MS = 5_000;

/** `sallyport store`: upkeep of the store. Only `restore` and `copy` make one. */
export const command = defineCommand({
  subcommands: {
    info: defineCommand({
      title: 'Show where the store is and what is in it',
      options: STORE,
      run: ({ store }) => withStore(store, showInfo),
    }),
    check: defineCommand({
      title: 'Check the store for damage, and whether records were altered',
      options: {
        ...STORE,
        against: { list: true, value: 'FILE', describe: 'Signed report whose client must still be chained as it was' },
      },
      notes: [
        'Exit codes: 0 sound, 1 damage or altered records, 2 usage or internal error, 3 the record that a report was ' +
          'signed with was pruned',
      ],
      run: ({ store, against = [] }) => withStore(store, (opened) => checkStore(opened, against)),
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
      run: ({ store, file }) => restore(chooseStore(store), file),
    }),
    copy: defineCommand({
      title: 'Copy a whole history into a store that has none, and prove that the copy is equal',
      words: {
        from: { required: true, describe: 'Store to copy: a file, or postgres://USER@HOST/DATABASE' },
        to: { required: true, describe: 'Where to: a new file, or an empty database of a server' },
      },
      examples: [['store copy store.sqlite postgres://sallyport@db.example/fleet', 'Move the history to a server']],
      notes: [
        'Every row is read again from the copy and compared. A copy that is not equal, or not whole, is none: exit code 2. ' +
          'What is written while it runs is not in it: stop what uses the store first.',
      ],
      run: copy,
    }),
  },
});

async function showInfo(store: Store): Promise<number> {
  const info = await store.info();
  const { counts } = info;
  const tellTime = (iso: string | null) => (iso === null ? 'none' : renderTime(iso));
  const rows: readonly (readonly [string, string | number])[] = [
    [info.kind === 'sqlite' ? 'file' : 'server', info.path],
    ['size', tellSize(info)],
    ['format', info.version],
    ['clients', `${counts.clients}, with ${renderCount(counts.slots, 'address', 'addresses')}`],
    [
      'sweeps',
      `${counts.sweeps}${counts.work > 0 ? `, with ${renderCount(counts.work, 'client')} still to check` : ''}`,
    ],
    ['chained', `${renderCount(info.chains.records, 'record')} of ${renderCount(info.chains.clients, 'client')}`],
    ['chains end', info.chains.head],
    [
      'ended',
      info.ended.last === null
        ? 'no client was forgotten or renamed'
        : `${renderCount(info.ended.clients, 'client')} forgotten or renamed, the last ${renderTime(info.ended.last)}`,
    ],
    ['checks', `${counts.results}, with ${renderCount(counts.reports, 'different report')}`],
    ['oldest check', tellTime(info.oldest)],
    ['newest check', tellTime(info.newest)],
    ['changes', counts.changes],
    ['waivers', counts.waivers],
    ['alerts', `${counts.messages}, sent, waiting or given up`],
    ['checklists', renderCount(counts.answers, 'answer')],
    ['site reports', counts.site_reports],
    ['from sites', counts.invited_checks],
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

async function checkStore(store: Store, against: readonly string[]): Promise<number> {
  const signed = await Promise.all(against.map(readSignedHead));
  const damage = await store.check();
  // In a damaged store nothing else can be looked for.
  const altered = damage.length > 0 ? damage : await store.checkChains();
  // What was altered is listed as it is now, so that is told alone.
  const problems = altered.length > 0 ? altered : await store.checkSummaries();
  problems.forEach(tell);
  const { clients, records } = (await store.info()).chains;
  if (problems.length === 0) {
    const whole = `${renderCount(records, 'record')} of ${renderCount(clients, 'client')} chained as they were stored`;
    print(`${store.path}: no damage found; ${whole}`);
  }
  let code: number = problems.length === 0 ? EXIT.compliant : EXIT.violation;
  for (const { file, chain } of damage.length > 0 ? [] : signed) {
    const state = await store.findHead(chain);
    const line = `${file}: record ${chain.length} of ${chain.client} ${HEADS[state]}`;
    if (state === 'contained') print(line);
    else tell(line);
    if (state === 'other' || state === 'missing') code = EXIT.violation;
    if (state === 'pruned' && code === EXIT.compliant) code = EXIT.inconclusive;
    if (!chain.register) continue;
    const listed = await store.findHead(chain.register);
    if (listed === 'contained') continue;
    tell(`${file}: entry ${chain.register.length} of the register of clients ${HEADS[listed]}`);
    code = EXIT.violation;
  }
  return code;
}

/** What became of the record that a report was signed with. */
const HEADS: Readonly<Record<HeadState, string>> = {
  contained: 'is in the store, as it was when the report was signed',
  pruned: 'was pruned, so that it cannot be compared',
  other: 'is another one than when the report was signed: records were altered since',
  missing: 'is not in the store: records were removed, or this is an older copy',
};

/** Where the chain of a client ended when a report was signed. */
async function readSignedHead(file: string): Promise<{ readonly file: string; readonly chain: ChainHead }> {
  const verification = await verifyFile(file, undefined);
  if (verification.state === 'altered') throw new InputError('is not as it was signed: see sallyport verify', { file });
  const { chain } = verification.statement;
  if (!chain) throw new InputError('was signed without the chain of a client', { file });
  return { file, chain };
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

async function restore(place: StorePlace, file: string): Promise<number> {
  if (typeof place !== 'string')
    throw new InputError('a store on a server is not restored by this: sallyport store copy FILE URL, or pg_restore');
  const { restoreStore } = await import('../../fleet/store/restore-store.js');
  await restoreStore(file, place);
  print(`${place}: restored from ${file}`);
  return EXIT.compliant;
}

async function copy({ from, to }: { readonly from: string; readonly to: string }): Promise<number> {
  const { connect, connectToExisting } = await import('../../fleet/store/open-store.js');
  const { copyStore } = await import('../../fleet/store/copy-store.js');
  const [first, second] = [chooseStore(from), chooseStore(to)];
  const source = await connectToExisting(first);
  try {
    const target = await connect(second);
    try {
      const { rows, tables, digest } = await copyStore(source, target, tellCopied());
      const full = tables.filter((table) => table.rows > 0).length;
      print(
        `${target.path}: ${renderCount(rows, 'row')} of ${renderCount(full, 'table')} copied, and equal (${digest})`,
      );
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
  return EXIT.compliant;
}

/** Tells now and then how far a copy is. */
function tellCopied(): (rows: number, table: string) => void {
  let toldAt = performance.now();
  return (rows, table) => {
    if (performance.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = performance.now();
    tell(`${renderCount(rows, 'row')} written, now ${tellName(table)}`);
  };
}

async function backUp(store: Store, file: string): Promise<number> {
  await store.backup(file);
  print(`${store.path}: copied to ${file}`);
  return EXIT.compliant;
}
