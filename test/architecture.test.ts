import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly dependencies: Record<string, string>;
};

/** Folders whose parts keep apart from each other. */
const DIVIDED: readonly string[] = ['check', 'site', 'fleet'];

/** What each folder of src, and each file beside them, may import of ours, and why it is so little. */
const LAYERS: Readonly<Record<string, { readonly may: readonly string[]; readonly why: string }>> = {
  version: { may: [], why: 'a fact, read at every start: it must stay light' },
  model: { may: [], why: 'the contract on which all else stands: a change elsewhere must not reach it' },
  words: { may: [], why: 'text for people, safe and short; what it tells of is not its affair' },
  async: { may: [], why: 'knows nothing of what takes its time' },
  files: { may: ['model', 'version', 'words'], why: 'text to model; what is done with it is not its affair' },
  net: { may: ['async', 'model'], why: 'sockets know neither what is said on them nor what it means' },
  system: {
    may: ['model'],
    why: 'asks the system for its routes, its firewalls and a ping, has its browser print, and opens no socket',
  },
  evidence: { may: ['model'], why: 'signs and verifies what it is given; where keys and files are is not its affair' },
  protocols: { may: ['model'], why: 'codecs are bytes and values: they can be fuzzed and used without a network' },
  'check/talks': {
    may: ['model', 'net', 'protocols', 'version'],
    why: 'what is asked on a connection; on which endpoint is not theirs to know',
  },
  'check/probes': {
    may: ['check/talks', 'model', 'net', 'protocols', 'version'],
    why: 'observe; what may be open is not theirs to know',
  },
  'check/fingerprints': {
    may: ['model', 'protocols', 'words'],
    why: 'evidence to identity: stored evidence can be identified again',
  },
  'check/rules': {
    may: ['model', 'protocols', 'words'],
    why: 'observations and profile to findings: old ones can be judged again',
  },
  'check/join': {
    may: ['check/rules', 'model', 'words'],
    why: 'what several vantages saw of one target, put together: old looks can be joined again',
  },
  'check/survey': {
    may: ['async', 'check/fingerprints', 'check/probes', 'model', 'net', 'system'],
    why: 'all that looks, and nothing that judges',
  },
  'check/judge': {
    may: ['check/join', 'check/rules', 'model', 'version', 'words'],
    why: 'all that judges and says, and nothing that looks',
  },
  'check/run': {
    may: ['async', 'check/judge', 'check/probes', 'check/survey', 'files', 'model', 'net'],
    why: 'one run from the user’s input to reports: it shows nothing',
  },
  'site/lan': {
    may: [
      'async',
      'check/fingerprints',
      'check/probes',
      'check/survey',
      'model',
      'net',
      'protocols',
      'system',
      'version',
    ],
    why: 'looks at a network from within; it judges nothing',
  },
  'site/outside': {
    may: ['async', 'model', 'net', 'protocols', 'system', 'version'],
    why: 'asks a vantage, and stands in for the phone system; it judges nothing',
  },
  'site/evidence': {
    may: ['check/rules', 'model', 'words'],
    why: 'what was seen of a site, put together: old evidence can be read again',
  },
  'site/rules': {
    may: ['check/rules', 'model', 'site/evidence', 'words'],
    why: 'evidence to findings: old evidence can be judged again',
  },
  'site/judge': {
    may: ['check/join', 'check/judge', 'check/rules', 'model', 'site/evidence', 'site/rules', 'version', 'words'],
    why: 'all that judges a site and says it, and nothing that looks',
  },
  'site/compare-sites': { may: ['model', 'site/evidence', 'site/rules'], why: 'compares reports by what rules found' },
  'site/checklist': { may: ['model'], why: 'answers to a state: stored ones can be judged again' },
  'site/preinstall': {
    may: ['check/judge', 'model', 'site/judge', 'site/lan', 'site/outside'],
    why: 'joins inside and outside; it neither reads options nor shows anything',
  },
  'fleet/store': {
    may: ['check/judge', 'check/rules', 'model', 'site/judge', 'site/rules'],
    why: 'keeps what was seen; it judges again what a store of before holds in words alone, and nothing else',
  },
  'fleet/changes': {
    may: ['check/join', 'check/judge', 'model', 'words'],
    why: 'compares what was seen, and says what changed: pure',
  },
  'fleet/handover': {
    may: [
      ...['check/judge', 'files', 'fleet/changes', 'fleet/store', 'fleet/sweep', 'model', 'site/checklist'],
      ...['site/judge', 'version', 'words'],
    ],
    why: 'what the store knows of a client, put together for a customer; how it looks is not its affair',
  },
  'fleet/waivers': {
    may: ['check/join', 'files', 'fleet/handover', 'fleet/store', 'model', 'words'],
    why: 'what may be accepted, and how it is; rules alone know what is a violation',
  },
  'fleet/alerts': {
    may: ['async', 'check/judge', 'files', 'fleet/changes', 'model', 'net', 'version', 'words'],
    why: 'changes to messages; who decides what changed is not theirs to know',
  },
  'fleet/sweep': {
    may: [
      ...['async', 'check/judge', 'check/probes', 'check/run', 'files'],
      ...['fleet/alerts', 'fleet/changes', 'fleet/store', 'model', 'net', 'words'],
    ],
    why: 'an inventory through targets, store and alerts, headless',
  },
  'fleet/workers': {
    may: [
      ...['async', 'check/judge', 'check/run', 'files'],
      ...['fleet/store', 'fleet/sweep', 'model', 'net', 'version', 'words'],
    ],
    why: 'looks that others make, from elsewhere: orders to them, and what they bring; what becomes of it is the sweep’s',
  },
  server: {
    may: ['async', 'files', 'model', 'words'],
    why: 'who asks over HTTP, how often and how much; what is answered is not its affair',
  },
  vantage: {
    may: ['async', 'check/judge', 'check/run', 'files', 'model', 'net', 'protocols', 'server', 'version'],
    why: 'what a vantage does for those who ask it over HTTP; it knows nothing of stores and inventories',
  },
  coordinator: {
    may: ['async', 'files', 'fleet/store', 'fleet/workers', 'model', 'server'],
    why: 'orders to workers over HTTP, and what they bring: it asks the queue, and neither looks nor judges',
  },
  web: {
    may: [
      ...['async', 'check/run', 'evidence', 'files', 'fleet/alerts', 'fleet/changes', 'fleet/handover'],
      ...[
        'fleet/store',
        'fleet/sweep',
        'fleet/waivers',
        'handover',
        'model',
        'reports',
        'server',
        'vantage',
        'version',
      ],
      'words',
    ],
    why: 'pages and their API call what the commands call; no query and no rule is theirs',
  },
  handover: {
    may: ['evidence', 'files', 'model', 'reports', 'system', 'version', 'words'],
    why: 'a report for a customer as bytes, drawn and signed; who asks for it, and where it goes, is not its affair',
  },
  reports: {
    may: ['files', 'fleet/alerts', 'model', 'words'],
    why: 'a report is all that they need, so a stored one can be shown again',
  },
  credentials: { may: [], why: 'text to judgement; where it is read from is not its affair' },
  lab: { may: ['model', 'net'], why: 'simulated sites must not share the mistakes of what they test' },
  index: {
    may: [
      'check/run',
      'check/judge',
      'files',
      'model',
      'site/judge',
      'site/lan',
      'site/outside',
      'site/preinstall',
      'version',
    ],
    why: 'the library; the command line is no part',
  },
  cli: {
    may: [
      ...['check/join', 'check/run', 'check/judge', 'coordinator', 'credentials', 'evidence', 'files', 'fleet/alerts'],
      ...[
        'fleet/changes',
        'fleet/handover',
        'fleet/store',
        'fleet/sweep',
        'fleet/waivers',
        'fleet/workers',
        'handover',
        'lab',
        'model',
        'net',
        'reports',
        'server',
        'site/checklist',
      ],
      ...[
        'site/compare-sites',
        'site/judge',
        'site/lan',
        'site/outside',
        'site/preinstall',
        'system',
        'vantage',
        'version',
        'web',
        'words',
      ],
    ],
    why: 'parse, call, print, exit: judging and looking belong to the library',
  },
};

/** Modules that only some may import, by a pattern of `module#name` (`*` where all of it is imported). */
const RESERVED: readonly { readonly what: RegExp; readonly to: readonly string[]; readonly why: string }[] = [
  {
    what: /^node:net#(?!isIP$|isIPv4$|isIPv6$|BlockList$)|^node:(?:dgram|dns|tls|https?|http2)\b/,
    to: ['net', 'lab'],
    why: 'one place paces packets, keeps deadlines and counts descriptors; another would get round it',
  },
  {
    what: /^node:child_process/,
    to: ['system/run-command'],
    why: 'what a target sends must never get near a shell; the system is asked with fixed arguments',
  },
  {
    what: /^node:fs/,
    to: [
      ...[
        'cli',
        'files',
        'fleet/alerts/alert-config',
        'fleet/alerts/alert-config-secret',
        'fleet/store/open-store',
        'fleet/store/restore-store',
        'fleet/store/sqlite-connection',
        'fleet/store/sqlite-upkeep',
      ],
      ...['handover/draw-pdf', 'net/scan/descriptors', 'system/print-page', 'system/run-command', 'version'],
    ],
    why: 'files are input and output; whoever computes is given values',
  },
  { what: /^(?:yargs|cli-progress)#/, to: ['cli'], why: 'the library is headless' },
  { what: /^ip-cidr#/, to: ['model/address-ranges'], why: 'addresses are parsed in one way' },
  { what: /^yaml#/, to: ['files'], why: 'every error in a file has its line and column' },
  {
    what: /^zod#/,
    to: [
      'check/join',
      'check/rules',
      'coordinator',
      'files',
      'fleet/alerts/alert-config-schema',
      'fleet/alerts/report-schema',
      'model',
      'reports/schemas',
      'site/rules',
      'vantage',
      'web',
    ],
    why: 'what is inside has been checked at the edge; rules declare the form of what they find',
  },
  { what: /^(?:kysely|@photostructure\/sqlite)#/, to: ['fleet/store'], why: 'one place knows how results are kept' },
  {
    what: /^pg#/,
    to: ['fleet/store/postgres/session'],
    why: 'opens a socket to the server that the user named, and only then; all others start without it',
  },
  { what: /^nodemailer#/, to: ['fleet/alerts/email'], why: 'mail is one channel of several' },
  { what: /^csv-parse/, to: ['files'], why: 'every error in a file has its line and column' },
  { what: /^croner#/, to: ['files'], why: 'schedules are read in one way' },
  {
    what: /^saxes#/,
    to: ['files/brand/svg', 'protocols/upnp/xml'],
    why: 'XML is bounded in one place for what targets say, and in one for what a logo may be',
  },
  {
    what: /^(?:@?fastify\b|prom-client#)/,
    to: ['coordinator', 'server', 'vantage', 'web'],
    why: 'heavy, and needed by servers alone: all others start without it',
  },
  { what: /^pdfkit#/, to: ['reports/document/pdf-canvas'], why: 'heavy, and needed by one form of one command' },
  { what: /^table#/, to: ['reports'], why: 'layout is theirs' },
  { what: /^p-limit#/, to: ['async'], why: 'a limiter within a limiter deadlocks' },
];

/** What only some may mention outside of comments. */
const WORDS: readonly { readonly what: RegExp; readonly to: readonly string[]; readonly why: string }[] = [
  {
    what: /\bconsole\.|\bprocess\.(?:stdout|stderr|exit|exitCode|on)\b/,
    to: ['cli'],
    why: 'a library neither prints nor ends its host',
  },
  { what: /\bprocess\.env\b/, to: ['cli'], why: 'options come as arguments, so that two runs can differ' },
  {
    what: /(?<!boss\.)\bfetch\(|\bnew (?:WebSocket|EventSource)\b/,
    to: ['fleet/alerts/http-post', 'web/browser/live'],
    why: 'a LOCATION or a redirect of a target is never followed; alerts go where the user said, pages ask their own server',
  },
  {
    what: /\bAbortSignal\.timeout\(/,
    to: [],
    why: 'on Node 20 the garbage collector may forget it within AbortSignal.any(): async/time-limit.ts does not',
  },
  { what: /\beval\(|\bnew Function\b/, to: [], why: 'text never becomes code' },
  { what: /@ts-(?:ignore|nocheck|expect-error)|\bTODO\b|\bFIXME\b/, to: [], why: 'nothing is left for later' },
];

interface Import {
  readonly module: string;
  /** Names of the module that are imported as values: `*` for all, `default`; empty for types alone. */
  readonly values: readonly string[];
}

interface File {
  /** Path below src without its ending. */
  readonly path: string;
  /** The folder, or the file itself where it stands beside folders. */
  readonly unit: string;
  readonly text: string;
  /** The text without comments. */
  readonly code: string;
  readonly imports: readonly Import[];
}

const files: readonly File[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
  .map((name) => {
    const text = readFileSync(join(SRC, name), 'utf8');
    const code = text.replace(/\/\*[^]*?\*\/|(?<![:'"`\\])\/\/.*$/gm, '');
    const path = name.replace(/\.tsx?$/, '');
    return { path, unit: unitOf(path), text, code, imports: readImports(text) };
  });

/** The folder of a module; in a folder of folders the one below, or the module itself. */
function unitOf(path: string): string {
  const [folder = '', next] = path.split('/');
  return next && DIVIDED.includes(folder) ? `${folder}/${next}` : folder;
}

/** Reads the import and re-export statements of a file, and its dynamic imports. prettier keeps them in one form. */
function readImports(text: string): Import[] {
  const statements = text.matchAll(/^(?:import|export)\s+(type\s+)?([^;']*?)\s*from '([^']+)';$/gm);
  const bare = text.matchAll(/^import '([^']+)';$/gm);
  const dynamic = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  return [
    ...[...statements].map(([, type, clause = '', module = '']) => ({ module, values: type ? [] : readNames(clause) })),
    ...[...bare, ...dynamic].map(([, module = '']) => ({ module, values: ['*'] })),
  ];
}

function readNames(clause: string): string[] {
  const [, outer = '', inner = ''] = /^([^{]*)(?:\{([^]*)\})?$/.exec(clause) ?? [];
  const named = inner.split(',').map((name) => name.trim());
  return [
    ...outer.split(',').flatMap((name) => (name.includes('*') ? ['*'] : name.trim() ? ['default'] : [])),
    ...named.filter((name) => name && !name.startsWith('type ')).map((name) => name.split(' as ')[0]!),
  ];
}

/** The units of ours that a file imports, and from which module. */
function importsOfOurs({ path, unit, imports }: File): { readonly unit: string; readonly module: string }[] {
  return imports
    .filter(({ module }) => module.startsWith('.'))
    .map(({ module }) => ({
      unit: unitOf(normalize(join(dirname(path), module)).replace(/\.js$/, '')),
      module,
    }))
    .filter((imported) => imported.unit !== unit);
}

/** Whether a file is one of those named by folder or path. */
const isOneOf = ({ path, unit }: File, names: readonly string[]) => names.includes(unit) || names.includes(path);

test('this test sees the imports', () => {
  expect(files.length).toBeGreaterThan(150);
  const imports = readImports(
    [
      "import a, { type B, c as d } from 'node:net';",
      "import type { E } from './e.js';",
      'export {\n  f,\n  g,\n} from "x";',
      "export {\n  f,\n  g,\n} from './fg.js';",
      "export * from '../all.js';",
      "import './bare.js';",
      "const late = await import('cli-progress');",
      '',
    ].join('\n'),
  );
  expect(imports).toEqual([
    { module: 'node:net', values: ['default', 'c'] },
    { module: './e.js', values: [] },
    { module: './fg.js', values: ['f', 'g'] },
    { module: '../all.js', values: ['*'] },
    { module: './bare.js', values: ['*'] },
    { module: 'cli-progress', values: ['*'] },
  ]);
  // Nothing that looks like an import is overlooked.
  for (const { code, imports: found } of files) {
    expect(found).toHaveLength([...code.matchAll(/ from '[^']+';$|^import '|\bimport\(/gm)].length);
  }
});

describe('layers', () => {
  test('every folder, and every file beside them, has its place', () => {
    expect([...new Set(files.map(({ unit }) => unit))].sort()).toEqual(Object.keys(LAYERS).sort());
  });

  test.each(Object.entries(LAYERS))('%s imports only what it may', (unit, { may, why }) => {
    const strays = files
      .filter((file) => file.unit === unit)
      .flatMap((file) =>
        importsOfOurs(file)
          .filter((imported) => !may.includes(imported.unit))
          .map(({ module }) => `src/${file.path}.ts imports ${module} (${unit}: ${why})`),
      );
    expect(strays).toEqual([]);
  });

  test.each(Object.entries(LAYERS))('%s needs all that it may import', (unit, { may }) => {
    const used = new Set(
      files
        .filter((file) => file.unit === unit)
        .flatMap(importsOfOurs)
        .map((other) => other.unit),
    );
    expect([...used].sort()).toEqual([...may].sort());
  });

  test('arrows run downwards: there is no cycle', () => {
    expect(findCircle(new Map(Object.entries(LAYERS).map(([unit, { may }]) => [unit, may])))).toBeNull();
  });
});

/** A way along arrows that comes back to where it began; null where there is none. */
function findCircle(arrows: ReadonlyMap<string, readonly string[]>): string | null {
  const done = new Set<string>();
  const visit = (from: string, above: readonly string[]): string | null => {
    if (above.includes(from)) return [...above.slice(above.indexOf(from)), from].join(' → ');
    if (done.has(from)) return null;
    for (const next of arrows.get(from) ?? []) {
      const circle = visit(next, [...above, from]);
      if (circle) return circle;
    }
    done.add(from);
    return null;
  };
  for (const from of arrows.keys()) {
    const circle = visit(from, []);
    if (circle) return circle;
  }
  return null;
}

/** Arrows between files by their imports, those of types alone included. */
const arrowsOfFiles = new Map(
  files.map(({ path, imports }) => [
    path,
    imports
      .filter(({ module }) => module.startsWith('.'))
      .map(({ module }) => normalize(join(dirname(path), module)).replace(/\.js$/, '')),
  ]),
);

describe('no circle, not of types alone either,', () => {
  test('of files', () => {
    expect(
      findCircle(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['b']],
        ]),
      ),
    ).toBe('b → c → b');
    expect(findCircle(arrowsOfFiles)).toBeNull();
  });

  // Completion, in cli/kit, asks the registry of commands, and commands stand on the kit.
  test('of folders that stand beside each other, those of cli aside', () => {
    const stand = (a: string, b: string) => a !== b && !`${a}/`.startsWith(`${b}/`) && !`${b}/`.startsWith(`${a}/`);
    const arrows = new Map<string, string[]>();
    for (const [path, imported] of arrowsOfFiles) {
      const from = dirname(path);
      const others = imported
        .map((file) => dirname(file))
        .filter((to) => from !== '.' && to !== '.' && !to.startsWith('cli/') && stand(from, to));
      arrows.set(from, [...(arrows.get(from) ?? []), ...others]);
    }
    expect(findCircle(arrows)).toBeNull();
  });
});

test.each(RESERVED)('only $to import $what', ({ what, to, why }) => {
  const strays = files
    .filter((file) => !isOneOf(file, to))
    .flatMap(({ path, imports }) =>
      imports.flatMap(({ module, values }) =>
        values
          .map((name) => `${module}#${name}`)
          .filter((value) => what.test(value))
          .map((value) => `src/${path}.ts imports ${value} (${why})`),
      ),
    );
  expect(strays).toEqual([]);
});

test.each(WORDS)('only $to mention $what', ({ what, to, why }) => {
  const strays = files.filter((file) => !isOneOf(file, to) && what.test(file.code));
  expect(strays.map(({ path }) => `src/${path}.ts (${why})`)).toEqual([]);
});

test('every package that is used is a dependency, and every dependency is used', () => {
  const packages = files
    .flatMap(({ imports }) => imports.map(({ module }) => module))
    .filter((module) => !/^(?:\.|node:)/.test(module))
    .map((module) => /^(?:@[^/]+\/)?[^/]+/.exec(module)![0]);
  expect([...new Set(packages)].sort()).toEqual(Object.keys(manifest.dependencies).sort());
});

describe('no file', () => {
  const pathsOf = (strays: readonly File[]) => strays.map(({ path }) => `src/${path}.ts`);

  test('has another kind of name than the others', () => {
    const name = /^(?:[a-z0-9]+(?:-[a-z0-9]+)*\/)*[a-z0-9]+(?:-[a-z0-9]+)*$/;
    expect(pathsOf(files.filter(({ path }) => !name.test(path)))).toEqual([]);
  });

  test('has a default export, which would have another name wherever it is imported', () => {
    expect(pathsOf(files.filter(({ text }) => /^export default\b|\bas default\b/m.test(text)))).toEqual([]);
  });

  test('is longer than 250 lines, comments and blank ones aside', () => {
    const countLines = ({ code }: File) => code.split('\n').filter((line) => line.trim() !== '').length;
    expect(pathsOf(files.filter((file) => countLines(file) > 250))).toEqual([]);
  });
});
