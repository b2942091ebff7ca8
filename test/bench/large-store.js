import { digestProfile, judgeSurvey } from '../../dist/check/judge/judge-survey.js';
import { loadProfile } from '../../dist/files/profiles/profile.js';
import { diffStates } from '../../dist/fleet/changes/diff.js';
import { stateOf } from '../../dist/fleet/changes/slot-state.js';
import { openStore } from '../../dist/fleet/store/open-store.js';
import { addressOf } from './internet.js';

/*
 * A store of very many clients, as two sweeps would have filled it. Nothing is sent.
 */

/** Clients of one transaction. */
const BATCH = 1000;
const DAY_MS = 86_400_000;
const PORTS = [80, 443, 5060, 5063, 5070, 5080, 5963, 8000, 8181, 60010];

/** What the second sweep sees open at client `n`: nothing at most, one port at 4 in 100, all at 1 in 100. */
function openAt(n) {
  if (n % 100 === 7) return PORTS;
  return n % 25 === 3 ? [PORTS[n % PORTS.length]] : [];
}

function see(port, state) {
  return {
    ...{ endpoint: `tcp/${port}`, probe: 'tcp-banner', state, reason: REASONS[state], tries: 1, atMs: 20 },
    ...{ rttMs: state === 'filtered' || state === 'error' ? null : 12, evidence: {}, identity: null },
  };
}

const REASONS = { open: 'syn-ack', closed: 'conn-refused', filtered: 'no-response', error: 'fd-limit' };

/** What is seen of client `n`: 2 of 100 answer nothing, and one of 100 could not be looked at to the end. */
export function surveyOf(n, at, open) {
  const shut = n % 50 === 11 ? 'filtered' : n % 100 === 23 ? 'error' : 'closed';
  const observations = PORTS.map((port) => see(port, open.includes(port) ? 'open' : shut));
  const answers = observations.filter(({ state }) => state === 'open' || state === 'closed').length;
  return {
    ...{ startedAt: at, durationMs: 3000, interrupted: false, unlisted: {}, errors: [], observations },
    target: { input: addressOf(n), address: addressOf(n), name: null, resolvedAt: null, scope: null, problem: null },
    vantage: { source: 'outsider', address: '198.51.100.9', scope: 'public', ownAddress: false, control: null },
    liveness: { srttMs: answers > 0 ? 12 : null, answers, lost: 0, recheck: [] },
  };
}

/** All clients; one of 1,000 has no authorisation. */
function* listRoster(clients) {
  for (let n = 0; n < clients; n++) {
    const [client, address] = [clientOf(n), addressOf(n)];
    const authorization = n % 1000 === 999 ? null : { until: null };
    const standing = { paused: false, authorization, timeZone: 'UTC' };
    yield { client, addresses: [address], slots: [address], others: [], standing };
  }
}

const clientOf = (n) => ({ id: `c${n}`, name: `Client ${n}`, group: `g${n % 20}`, tags: ['bench'], contacts: [] });

/** Fills a new store with so many clients: a sweep of a week ago that found nothing, and one of yesterday. */
export async function fillStore(file, clients) {
  const inventory = '/clients.csv';
  const judged = new Map();
  const store = await openStore(file);
  const profile = await loadProfile('closed');
  const options = { profile, profileDigest: digestProfile(profile), authorization: 'bench, bench', failOn: 'low' };
  try {
    for (const days of [7, 1]) {
      const startedAt = new Date(Date.now() - days * DAY_MS);
      const owner = { host: 'bench', pid: process.pid };
      await store.putRoster(inventory, listRoster(clients));
      const sweep = await store.beginSweep({ inventory, filter: {}, owner, startedAt }, []);
      for (let first = 0; first < clients; first += BATCH) {
        await store.write(async (tx) => {
          for (let n = first; n < Math.min(first + BATCH, clients); n++) {
            await addLook(tx, n, { sweepId: sweep.id, at: startedAt.toISOString(), open: days === 1 ? openAt(n) : [] });
          }
        });
      }
      await store.finishSweep(sweep.id, 'finished', startedAt);
    }
  } finally {
    await store.close();
  }

  /** Most see the same: only address and time are their own. */
  function judge(n, at, open) {
    const survey = surveyOf(n, at, open);
    const key = JSON.stringify([survey.observations]);
    if (!judged.has(key)) judged.set(key, judgeSurvey(survey, options));
    return { ...judged.get(key), target: survey.target, startedAt: at };
  }

  async function addLook(tx, n, { sweepId, at, open }) {
    const client = clientOf(n);
    const slot = addressOf(n);
    const report = judge(n, at, open);
    const resultId = await tx.addResult({ sweepId, client, slot, report, final: true });
    const before = await tx.getState(client.id, slot);
    const state = stateOf(report);
    if (JSON.stringify(state) === JSON.stringify(before)) return;
    await tx.putState(client.id, slot, state, { resultId, at });
    const changes = diffStates(before, state, report).map((change) => ({ ...change, alerted: true }));
    await tx.addChanges({ clientId: client.id, slot, sweepId, at }, changes);
  }
}
