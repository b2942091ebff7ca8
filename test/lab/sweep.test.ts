import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LIKELIEST_MOVED_PORTS } from '../../src/check/probes/plan.js';
import { openStore } from '../../src/fleet/store/open-store.js';
import type { Store } from '../../src/fleet/store/store.js';
import type { StoredChange } from '../../src/model/change.js';
import { enterNamespace, must, type Outcome } from './namespace.js';
import { runSallyport } from './sallyport.js';

const NETSIM = join(process.cwd(), 'test/lab/netsim/netsim.sh');
const SITES = 1_024;
/** Two simulated internets with the same addresses: most sites are of another class in the second. */
const SEEDS = { before: '20261', after: '20262' } as const;
const PREFIX = process.env.LAB_NAMESPACES ?? 'sallyport';

type Site = Readonly<Record<string, string>>;

/** The truth tells the port of a moved WebPro by itself; a sweep asks the likeliest. */
function placeMoved(site: Site): Site {
  const port = Number(site['movedWeb']);
  return LIKELIEST_MOVED_PORTS.includes(port) ? { ...site, [`tcp/${port}`]: 'open' } : site;
}

/** Open endpoints of a site, of those that its truth tells. */
function openOf(site: Site): string[] {
  return Object.keys(site).filter((key) => /^(?:tcp|udp)\//.test(key) && site[key] === 'open');
}

/** What was made and not told, and told but not made. */
function compare(made: readonly string[], told: readonly string[]) {
  const [all, known] = [new Set(made), new Set(told)];
  return { missing: made.filter((one) => !known.has(one)), wrong: told.filter((one) => !all.has(one)) };
}

/** A fleet whose sites change class between two sweeps, in an internet that loses one packet in fifty each way. */
describe('a fleet of 1,024 clients, swept twice and once more', () => {
  let directory: string;
  let store: Store;
  const truth = new Map<string, { before: Site; after: Site }>();
  const outcomes: Outcome[] = [];
  const sent: { sweepId: number; client: string }[] = [];
  let changes: StoredChange[] = [];

  const nameOf = (when: keyof typeof SEEDS) => `${PREFIX}-sweep-${when}-${process.pid}`;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sallyport-sweep-lab-'));
    for (const when of ['before', 'after'] as const) {
      const options = ['-n', String(SITES), '-s', SEEDS[when]];
      await must(['bash', NETSIM, 'up', nameOf(when), ...options, '-l', '2']);
      for (const line of (await must(['bash', NETSIM, 'truth', ...options])).trim().split('\n')) {
        const site = placeMoved(JSON.parse(line) as Site);
        const known = truth.get(site['ip']!) ?? { before: site, after: site };
        truth.set(site['ip']!, { ...known, [when]: site });
      }
    }
    const inventory = join(directory, 'clients.csv');
    const alerts = join(directory, 'alerts.yaml');
    const rows = [...truth.keys()].map((ip) => `site-${ip},Site ${ip},${ip},closed,lab,netsim`);
    await writeFile(inventory, ['id,name,address,profile,authorized_by,authorization_reference', ...rows].join('\n'));
    // Nobody listens there, so that all messages stay in the outbox.
    await writeFile(join(directory, 'secret'), 'a key of the lab', { mode: 0o600 });
    await writeFile(
      alerts,
      'channels: {sink: {kind: webhook, url: "http://127.0.0.1:9/", secret: {file: secret}}}\n' +
        'routes: [{to: [sink]}]\noperator: {to: [sink]}\n',
    );
    const path = join(directory, 'store.sqlite');
    for (const when of ['before', 'after', 'after'] as const) {
      outcomes.push(
        await runSallyport(enterNamespace(nameOf(when)), [
          ...['sweep', '--inventory', inventory, '--alerts', alerts, '--store', path, '--allow-special'],
          ...['--timing', 'fast', '--confirm-after', '3s', '--quiet', '--format', 'ndjson', '-o', '/dev/null'],
        ]),
      );
    }
    store = await openStore(path);
    changes = await store.listChanges({ limit: 1_000_000 });
    const later = new Date(Date.now() + 30 * 86_400_000);
    for (let page = await store.messages.claimMessages(later, 500, 3_600_000); page.length > 0;) {
      for (const event of page.flatMap(({ events }) => events)) {
        if (event.type === 'changes') sent.push({ sweepId: event.sweepId, client: event.client.id });
      }
      page = await store.messages.claimMessages(later, 500, 3_600_000);
    }
  }, 900_000);
  afterAll(async () => {
    await store?.close();
    for (const when of ['before', 'after'] as const) await must(['bash', NETSIM, 'down', nameOf(when)]);
    await rm(directory, { recursive: true, force: true });
  });

  /** What a sweep told of single endpoints: `kind ip endpoint`. */
  const toldBy = (sweepId: number) =>
    changes
      .filter((change) => change.sweepId === sweepId && ['exposed', 'resolved', 'lost-sight'].includes(change.kind))
      .filter(({ endpoint }) => endpoint !== null)
      .map(({ kind, slot, endpoint }) => `${kind} ${slot} ${endpoint}`)
      .sort();

  /**
   * What is told of an endpoint that is not open any more: a site at which nothing answers may be offline, and one that
   * refuses everything although it never refused before may have shut us out.
   */
  function tellGone(endpoint: string, before: Site, after: Site): string {
    const answers = (site: Site, over = '') =>
      Object.entries(site).flatMap(([key, state]) =>
        key.startsWith(over) && (state === 'open' || state === 'closed') ? [state] : [],
      );
    if (answers(after).length === 0) return 'lost-sight';
    const over = endpoint.slice(0, 4);
    const now = answers(after, over);
    // The ports that nobody uses are refused by a system in a DMZ.
    const refused = before['class'] === 'dmz' || answers(before, over).includes('closed');
    return now.length > 0 && !now.includes('open') && !refused ? 'lost-sight' : 'resolved';
  }

  const isTarpit = (site: Site) => site['class'] === 'tarpit';

  test('runs to the end each time', () => {
    expect(outcomes.map(({ code }) => code)).toEqual([1, 1, 1]);
    for (const { stderr } of outcomes) expect(stderr).not.toContain('internal');
  });

  /** Sites of which the next sweep tells: those where tries of a look were lost so that it did not see, or did not know. */
  const MOST_LOST = Math.floor(SITES * 0.004);
  const sitesOf = (told: readonly string[]) => new Set(told.map((change) => change.split(' ')[1]));
  let lost: readonly string[] = [];

  test('at first tells every open endpoint, and nothing else', () => {
    const made = [...truth].flatMap(([ip, { before }]) =>
      isTarpit(before) ? [] : openOf(before).map((endpoint) => `exposed ${ip} ${endpoint}`),
    );
    const { missing, wrong } = compare(made, toldBy(1));
    expect(wrong).toEqual([]);
    expect(sitesOf(missing).size).toBeLessThanOrEqual(MOST_LOST);
    lost = missing;
  });

  test('then tells exactly the changes that were made', () => {
    // A tarpit proves nothing of its ports, so that all which was known stays; from then on nothing is known to be new.
    const made = [...truth].flatMap(([ip, { before, after }]) => {
      if (isTarpit(after)) return [];
      const [old, now] = [isTarpit(before) ? [] : openOf(before), openOf(after)];
      return [
        ...now.filter((endpoint) => !old.includes(endpoint)).map((endpoint) => `exposed ${ip} ${endpoint}`),
        ...old
          .filter((endpoint) => !now.includes(endpoint))
          .map((endpoint) => `${tellGone(endpoint, before, after)} ${ip} ${endpoint}`),
      ].filter((change) => !lost.includes(change.replace(/resolved|lost-sight/, 'exposed')));
    });
    expect(made.length).toBeGreaterThan(SITES / 2);
    const { missing, wrong } = compare(made, toldBy(2));
    expect(wrong.filter((change) => !lost.includes(change))).toEqual([]);
    expect(sitesOf(missing).size).toBeLessThanOrEqual(MOST_LOST);
    lost = missing;
  });

  test('and where nothing changed tells nothing but what was lost before', () => {
    expect(compare([...lost], toldBy(3)).wrong).toEqual([]);
    expect(lost.filter((change) => toldBy(3).includes(change))).toEqual(lost);
  });

  test('alerts of each client once in a sweep, and only where something changed', () => {
    const once = new Set(sent.map(({ sweepId, client }) => `${sweepId} ${client}`));
    expect(sent).toHaveLength(once.size);
    const changed = new Set(changes.map(({ sweepId, clientId }) => `${sweepId} ${clientId}`));
    expect([...once].sort()).toEqual([...changed].sort());
  });
});
