import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { FINGERPRINTS } from '../src/check/fingerprints/registry.js';
import { parseEndpointId } from '../src/model/endpoint.js';
import { REASONS, type Reason, type State, STATES } from '../src/model/report.js';
import { SERVICES } from '../src/model/service.js';
import { judgeErrno } from '../src/net/sockets/errno.js';
import { type Timing, TIMINGS, tryOffset } from '../src/net/scan/timing.js';
import { LIKELY_MOVED_PORTS } from '../src/check/probes/plan.js';
import type { Probe } from '../src/check/probes/probe.js';
import { chooseProbe, PROBES } from '../src/check/probes/registry.js';
import { renderHttpGet } from '../src/protocols/http/http.js';
import { renderSipOptions } from '../src/protocols/sip/sip.js';
import { renderSsdpSearch } from '../src/protocols/upnp/ssdp.js';
import { USER_AGENT, VERSION } from '../src/version.js';

const ROOT = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const listPages = (folder: string) =>
  readdirSync(new URL(`.//${folder}`, ROOT))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `${folder}${file}`);
const PAGES = [...listPages(''), ...listPages('docs/')];
const states = read('docs/states.md');
const services = read('docs/services.md');

/** The rows of the table whose first column has this name, cells by column. */
function readTable(page: string, first: string): Record<string, string>[] {
  const tables = page
    .split(/\n(?!\|)/)
    .map((block) => block.split('\n').filter((line) => line.startsWith('|')))
    .filter((lines) => lines.length > 2)
    .map((lines) => lines.map(splitRow))
    .filter(([head]) => head?.[0] === first);
  expect(tables).toHaveLength(1);
  const [head = [], , ...rows] = tables[0] ?? [];
  return rows.map((cells) => {
    expect(cells).toHaveLength(head.length);
    return Object.fromEntries(head.map((name, i) => [name.replaceAll('`', ''), cells[i] ?? '']));
  });
}

function splitRow(line: string): string[] {
  return line
    .slice(1, line.lastIndexOf('|'))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.replaceAll('\\|', '|').trim());
}

/** The code spans of a cell. */
const codes = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
const ids = (rows: readonly Record<string, string>[], column: string) => rows.flatMap((row) => codes(row[column]));

/** The text within a fence of this language. */
const readFence = (page: string, language: string) => page.split(`\n\`\`\`${language}\n`)[1]?.split('\n```')[0];

describe('docs/states.md', () => {
  test('tells every state', () => {
    expect(ids(readTable(states, 'state'), 'state')).toEqual(STATES);
  });

  test('tells every reason, with the states of the model', () => {
    const rows = readTable(states, 'reason');
    expect(ids(rows, 'reason')).toEqual(REASONS);
    for (const row of rows) for (const state of codes(row['state'])) expect(STATES).toContain(state);
  });

  const rows = readTable(states, 'code');
  const judged = (code: string, transport: 'tcp' | 'udp', local: boolean): [State, Reason] => {
    const meaning = judgeErrno(code, transport, local);
    return [meaning.kind === 'target' ? meaning.state : 'error', meaning.reason];
  };

  test('tells every error code that is judged', () => {
    const cases = [...read('src/net/sockets/errno.ts').matchAll(/case '(\w+)'/g)].map(([, code]) => code);
    expect(ids(rows, 'code').sort()).toEqual(cases.sort());
  });

  test.each(rows.map((row) => [row['code'] ?? '', row] as const))('%s: as in the code', (cell, row) => {
    const known = codes(cell);
    for (const code of known.length > 0 ? known : ['ENOTKNOWN']) {
      for (const transport of ['tcp', 'udp'] as const) {
        const usual = judged(code, transport, false).join('/');
        expect(codes(row[transport.toUpperCase()])).toEqual([usual]);
        const atOnce = row['at once'] === 'the same' ? usual : codes(row['at once'])[0];
        expect(judged(code, transport, true).join('/')).toBe(atOnce);
      }
    }
  });

  test('gives each reason of an error code the states that the code gives', () => {
    const reasons = readTable(states, 'reason');
    for (const code of ids(rows, 'code')) {
      for (const transport of ['tcp', 'udp'] as const) {
        const [state, reason] = judged(code, transport, false);
        const row = reasons.find((one) => codes(one['reason'])[0] === reason);
        expect(codes(row?.['state'])).toContain(state);
      }
    }
  });

  test('tells the figures of every timing template', () => {
    const figures = readTable(states, 'figure');
    const seconds = (timing: Timing) =>
      Array.from({ length: timing.tries }, (_, index) => tryOffset(index, timing.tries, timing.patienceMs)).map((ms) =>
        String(Math.round(ms / 100) / 10),
      );
    expect(ids(figures.slice(0, -1), 'figure').sort()).toEqual(Object.keys(TIMINGS.normal).sort());
    for (const [name, timing] of Object.entries<Timing>(TIMINGS)) {
      for (const row of figures) {
        const key = codes(row['figure'])[0] as keyof Timing | undefined;
        const told = key ? String(timing[key] ?? 'none') : `${seconds(timing).join(', ')} s`;
        expect([name, key, row[name]]).toEqual([name, key, told]);
      }
    }
  });
});

describe('docs/services.md', () => {
  const shorten = (all: readonly string[]): string[] => {
    const ports = all.flatMap((id) => parseEndpointId(id) ?? []);
    const [first, last] = [ports[0], ports.at(-1)];
    return first && last && all.length > 16 ? [`${first.transport}/${first.port}–${last.port}`] : [...all];
  };

  test.each(SERVICES.map((service) => [service.id, service] as const))('%s: as in the code', (id, service) => {
    const row = readTable(services, 'id').find((one) => codes(one['id'])[0] === id);
    expect(row?.['endpoints']?.split(', ')).toEqual(shorten(service.endpoints));
    expect(row?.['NEC programs']).toBe(service.programs.join(', ') || 'none');
    const transports = new Set(service.endpoints.flatMap((one) => parseEndpointId(one)?.transport ?? []));
    const probes = service.probed ? [...transports].map((transport) => chooseProbe(transport, id).id) : [];
    expect(codes(row?.['probe'])).toEqual(probes);
    expect(row?.['standing']).toMatch(/published|dealers|standard|unconfirmed/);
  });

  test('tells no service that is none', () => {
    expect(ids(readTable(services, 'id'), 'id')).toEqual(SERVICES.map(({ id }) => id));
  });

  test('tells every probe and its services', () => {
    const rows = readTable(services, 'probe');
    expect(ids(rows, 'probe').sort()).toEqual(Object.keys(PROBES).sort());
    for (const row of rows) {
      const probe = (PROBES as Record<string, Probe>)[codes(row['probe'])[0] ?? ''];
      expect(row['over']).toBe(probe?.transport.toUpperCase());
      expect(codes(row['services'])).toEqual(probe?.services);
    }
  });

  test('tells every fingerprint', () => {
    expect(ids(readTable(services, 'fingerprint'), 'fingerprint').sort()).toEqual(
      FINGERPRINTS.map(({ id }) => id).sort(),
    );
  });

  test('tells how many ports --find-moved adds', () => {
    expect(services.replaceAll('\n', ' ')).toContain(` ${LIKELY_MOVED_PORTS.length} TCP ports `);
  });

  const target = { address: '203.0.113.7', port: 5060 };
  const local = { address: '198.51.100.9', port: 40_000 };
  const sipIds = { branch: 'BRANCH', tag: 'TAG', callId: 'CALL-ID' };
  test.each([
    ['http', renderHttpGet({ path: '/', host: target.address, port: 80, userAgent: USER_AGENT })],
    ['sip', renderSipOptions({ transport: 'UDP', target, local, userAgent: USER_AGENT, ids: sipIds, cseq: 1 })],
    ['ssdp', renderSsdpSearch({ st: 'upnp:rootdevice', mx: 1 })],
  ])('shows the %s request as it is sent', (language, bytes) => {
    const sent = bytes.toString('latin1').trimEnd().replaceAll('\r\n', '\n').replace(VERSION, 'VERSION');
    expect(readFence(services, language)).toBe(sent);
  });
});

/** The anchors of a page's headings, as renderers of Markdown make them. */
function listAnchors(page: string): string[] {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test.each(PAGES)('%s: all relative links lead somewhere', (page) => {
  const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  const broken = links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const file = new URL(path || page.split('/').at(-1)!, new URL(page, ROOT));
    if (!existsSync(file)) return true;
    return anchor !== undefined && !listAnchors(readFileSync(file, 'utf8')).includes(anchor);
  });
  expect(broken).toEqual([]);
});

test('every page is in the index', () => {
  const index = read('docs/README.md');
  const others = listPages('docs/').filter((page) => page !== 'docs/README.md');
  expect(others.length).toBeGreaterThan(4);
  for (const page of others) expect(index).toContain(`](${page.slice('docs/'.length)})`);
});
