import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly dependencies: Record<string, string>;
};

/** What each folder of src, and each file beside them, may import of ours, and why it is so little. */
const LAYERS: Readonly<Record<string, { readonly may: readonly string[]; readonly why: string }>> = {
  model: { may: [], why: 'the contract on which all else stands: a change elsewhere must not reach it' },
  'package-root': { may: [], why: 'a fact' },
  version: { may: ['package-root'], why: 'a fact, read at every start: it must stay light' },
  'map-concurrently': { may: [], why: 'knows nothing of checks' },
  'time-limit': { may: [], why: 'knows nothing of what takes its time' },
  inputs: { may: ['model', 'package-root'], why: 'text to model; what is done with it is not its affair' },
  protocols: { may: ['model'], why: 'codecs are bytes and values: they can be fuzzed and used without a network' },
  net: { may: ['model'], why: 'sockets know neither what is said on them nor what it means' },
  probes: { may: ['model', 'net', 'protocols', 'version'], why: 'observe; what may be open is not theirs to know' },
  fingerprints: { may: ['model', 'protocols'], why: 'evidence to identity: stored evidence can be identified again' },
  rules: { may: ['model', 'protocols'], why: 'observations and profile to findings: old ones can be judged again' },
  reporters: { may: ['model'], why: 'a report is all that they need, so a stored one can be shown again' },
  survey: { may: ['fingerprints', 'model', 'net', 'probes'], why: 'all that looks, and nothing that judges' },
  report: { may: ['model', 'rules', 'version'], why: 'all that judges, and nothing that looks' },
  'run-targets': {
    may: ['map-concurrently', 'model', 'net', 'probes', 'report', 'survey'],
    why: 'targets and their terms to reports; where they come from is not its affair',
  },
  'run-options': { may: ['inputs', 'model', 'net'], why: 'what all runs take, read in one way' },
  check: {
    may: ['inputs', 'model', 'net', 'probes', 'run-options', 'run-targets'],
    why: 'one run from input to reports, for the library: it shows nothing',
  },
  history: { may: ['model'], why: 'keeps and compares what was seen; how it was seen is not its affair' },
  alerts: {
    may: ['inputs', 'map-concurrently', 'model', 'reporters', 'time-limit'],
    why: 'changes to messages; who decides what changed is not theirs to know',
  },
  sweep: {
    may: ['alerts', 'history', 'inputs', 'map-concurrently', 'model', 'net', 'probes', 'run-options', 'run-targets'],
    why: 'an inventory through targets, history and alerts, headless',
  },
  credentials: { may: [], why: 'text to judgement; where it is read from is not its affair' },
  'checklist-state': { may: ['model'], why: 'answers to a state: stored ones can be judged again' },
  inside: {
    may: ['fingerprints', 'model', 'net', 'probes', 'protocols', 'survey', 'time-limit', 'version'],
    why: 'looks at a network from within, and asks a vantage; it judges nothing',
  },
  'site-rules': {
    may: ['model', 'rules'],
    why: 'what was seen of a site to findings: old evidence can be judged again',
  },
  'site-report': { may: ['model', 'site-rules', 'version'], why: 'all that judges a site, and nothing that looks' },
  preinstall: {
    may: ['inside', 'model', 'report', 'site-report'],
    why: 'joins inside and outside; it neither reads options nor shows anything',
  },
  server: {
    may: [
      'inputs',
      'map-concurrently',
      'model',
      'net',
      'protocols',
      'run-options',
      'run-targets',
      'time-limit',
      'version',
    ],
    why: 'what a vantage does for those who ask it over HTTP; it knows nothing of stores and inventories',
  },
  index: {
    may: ['check', 'inputs', 'inside', 'model', 'preinstall', 'report', 'site-report', 'version'],
    why: 'the library; the command line is no part',
  },
  schemas: { may: ['inputs', 'model'], why: 'publishes their schemas' },
  lab: { may: ['model', 'net'], why: 'simulated sites must not share the mistakes of what they test' },
  cli: {
    may: [
      ...['alerts', 'check', 'checklist-state', 'credentials', 'history', 'inputs', 'inside', 'model', 'net'],
      ...['preinstall', 'report', 'reporters', 'rules', 'run-options', 'server', 'site-report', 'site-rules', 'sweep'],
      'version',
    ],
    why: 'parse, call, print, exit: judging and looking belong to the library',
  },
  demo: { may: ['check', 'cli', 'lab', 'model', 'reporters'], why: 'a user of all of it' },
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
    to: ['lab', 'inside/run-command'],
    why: 'what a target sends must never get near a shell; the system is asked with fixed arguments',
  },
  {
    what: /^node:fs/,
    to: [
      'cli',
      'history/back-up',
      'history/open-store',
      'inputs',
      'inside/read-proc',
      'net/descriptors',
      'schemas',
      'version',
    ],
    why: 'files are input and output; whoever computes is given values',
  },
  { what: /^(?:yargs|cli-progress)#/, to: ['cli'], why: 'the library is headless' },
  { what: /^yaml#/, to: ['inputs'], why: 'every error in a file has its line and column' },
  { what: /^ip-cidr#/, to: ['inputs'], why: 'addresses are parsed in one way' },
  { what: /^zod#/, to: ['inputs', 'model', 'schemas', 'server'], why: 'what is inside has been checked at the edge' },
  { what: /^(?:kysely|@photostructure\/sqlite)#/, to: ['history'], why: 'one place knows how results are kept' },
  { what: /^nodemailer#/, to: ['alerts/email'], why: 'mail is one channel of several' },
  { what: /^csv-parse/, to: ['inputs'], why: 'every error in a file has its line and column' },
  { what: /^croner#/, to: ['inputs'], why: 'schedules are read in one way' },
  { what: /^saxes#/, to: ['protocols/xml'], why: 'XML is bounded in one place' },
  {
    what: /^(?:@?fastify\b|prom-client#)/,
    to: ['server'],
    why: 'heavy, and needed by one command: all others start without it',
  },
  { what: /^table#/, to: ['reporters'], why: 'layout is theirs' },
  { what: /^p-limit#/, to: ['map-concurrently'], why: 'a limiter within a limiter deadlocks' },
];

/** What only some may mention outside of comments. */
const WORDS: readonly { readonly what: RegExp; readonly to: readonly string[]; readonly why: string }[] = [
  {
    what: /\bconsole\.|\bprocess\.(?:stdout|stderr|exit|exitCode|on)\b/,
    to: ['cli', 'demo'],
    why: 'a library neither prints nor ends its host',
  },
  { what: /\bprocess\.env\b/, to: ['cli'], why: 'options come as arguments, so that two runs can differ' },
  {
    what: /\bfetch\(|\bnew (?:WebSocket|EventSource)\b/,
    to: ['alerts/http-post'],
    why: 'a LOCATION or a redirect of a target is never followed; alerts go where the user said',
  },
  {
    what: /\bAbortSignal\.timeout\(/,
    to: [],
    why: 'on Node 20 the garbage collector may forget it within AbortSignal.any(): time-limit.ts does not',
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
  /** The folder, or the file itself where it is in none. */
  readonly unit: string;
  readonly text: string;
  /** The text without comments. */
  readonly code: string;
  readonly imports: readonly Import[];
}

const files: readonly File[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => {
    const text = readFileSync(join(SRC, name), 'utf8');
    const code = text.replace(/\/\*[^]*?\*\/|(?<![:'"`\\])\/\/.*$/gm, '');
    const path = name.replace(/\.ts$/, '');
    return { path, unit: path.split('/')[0]!, text, code, imports: readImports(text) };
  });

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
      unit: normalize(join(dirname(path), module))
        .split('/')[0]!
        .replace(/\.js$/, ''),
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
      "const late = await import('yargs');",
      '',
    ].join('\n'),
  );
  expect(imports).toEqual([
    { module: 'node:net', values: ['default', 'c'] },
    { module: './e.js', values: [] },
    { module: './fg.js', values: ['f', 'g'] },
    { module: '../all.js', values: ['*'] },
    { module: './bare.js', values: ['*'] },
    { module: 'yargs', values: ['*'] },
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
    const findCycle = (unit: string, above: readonly string[]): string | null => {
      if (above.includes(unit)) return [...above, unit].join(' → ');
      for (const next of LAYERS[unit]!.may) {
        const cycle = findCycle(next, [...above, unit]);
        if (cycle) return cycle;
      }
      return null;
    };
    expect(Object.keys(LAYERS).map((unit) => findCycle(unit, []))).toEqual(Object.keys(LAYERS).map(() => null));
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
    .filter((module) => !/^(?:\.|node:)/.test(module));
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
