import { openStore } from '../../src/fleet/store/open-store.js';
import { loadProfile } from '../../src/files/profiles/profile.js';
import type { Client } from '../../src/model/client.js';
import type { Survey } from '../../src/model/report.js';
import { digestProfile } from '../../src/check/judge/judge-survey.js';
import { createReport } from '../../src/check/judge/say-report.js';
import { MassSilence } from '../../src/fleet/sweep/mass-silence.js';
import { recordLook } from '../../src/fleet/sweep/record-look.js';
import { listRoster } from '../../src/fleet/sweep/roster.js';
import { site, survey } from '../check/rules/build-survey.js';

/** A client of the store, with what nobody needs to say left out. */
export function client(id: string, change: Partial<Client> = {}): Client {
  return {
    id,
    name: `${id} Ltd`,
    addresses: ['203.0.113.7'],
    network: [],
    profile: 'closed',
    services: {},
    sources: {},
    source: null,
    group: null,
    schedule: null,
    timeZone: 'UTC',
    authorization: null,
    contacts: [],
    tags: [],
    paused: false,
    notes: '',
    ...change,
  };
}

/** What one sweep saw of one client. */
export interface Seen {
  readonly client: Client;
  readonly survey: Survey;
  readonly slot?: string;
  /** What it is judged by; `closed` if left out. */
  readonly profile?: string;
}

/** Adds a sweep to a store as a sweep does it, without the sending; its number. */
export async function addSweep(path: string, at: string, seen: readonly Seen[]): Promise<number> {
  const store = await openStore(path);
  try {
    const owner = { host: 'test', pid: process.pid };
    const plan = { inventory: '/clients.yaml', filter: {}, owner, startedAt: new Date(at) };
    const sweep = await store.beginSweep(plan, [...new Map(seen.map((one) => [one.client.id, one.client])).values()]);
    for (const { client: of, survey, slot = '203.0.113.7', profile: name = 'closed' } of seen) {
      const profile = await loadProfile(name);
      const options = { profile, profileDigest: digestProfile(profile), authorization: null, failOn: 'low' as const };
      const waivers = await store.listWaivers(of.id);
      const report = createReport({ ...survey, startedAt: at }, { ...options, waivers, silence: of.silence });
      const look = { sweepId: sweep.id, client: of, slot, report, earlier: null, waivers, last: true };
      await recordLook(look, {
        store,
        alerts: null,
        massSilence: new MassSilence(),
        confirm: false,
        now: new Date(at),
      });
    }
    await store.finishSweep(sweep.id, 'finished', new Date(at));
    return sweep.id;
  } finally {
    await store.close();
  }
}

/** Adds a client of two addresses, of which only the first was ever checked, and is as agreed. */
export async function addPartlyChecked(path: string): Promise<Client> {
  const authorization = { by: 'Ann', reference: 'contract', until: null };
  const two = client('two', { addresses: ['203.0.113.7', '203.0.113.8'], authorization });
  await addSweep(path, new Date(Date.now() - 600_000).toISOString(), [{ client: two, survey: survey(site()) }]);
  const store = await openStore(path);
  await store.putRoster('/clients.yaml', listRoster([two]));
  await store.close();
  return two;
}

/** Adds a client of which both addresses were checked, and the second was taken out of its entry since. */
export async function addLessened(path: string, seen = site()): Promise<Client> {
  const target = { input: '203.0.113.8', address: '203.0.113.8', name: null };
  const authorization = { by: 'Ann', reference: 'contract', until: null };
  const two = client('two', { addresses: ['203.0.113.7'], authorization });
  await addSweep(path, new Date(Date.now() - 600_000).toISOString(), [
    { client: two, survey: survey(site()) },
    { client: two, survey: survey(seen, { target }), slot: '203.0.113.8' },
  ]);
  const store = await openStore(path);
  await store.putRoster('/clients.yaml', listRoster([two]));
  await store.close();
  return two;
}
