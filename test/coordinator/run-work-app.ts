import { afterEach } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createWorkApp } from '../../src/coordinator/work-app.js';
import { WORK_LIMITS, type WorkContext, type WorkLimits } from '../../src/coordinator/work-context.js';
import { parseProxies } from '../../src/files/server/listen.js';
import { hashToken } from '../../src/files/server/token-file.js';
import type { TlsFiles } from '../../src/files/server/tls-files.js';
import type { Profile } from '../../src/model/profile.js';
import type { Survey, Target } from '../../src/model/report.js';
import { WORK_SCHEMA, type WorkerSign, type WorkOrder, type WorkResult } from '../../src/model/work.js';
import type { ServedRequest } from '../../src/server/access.js';
import { ask, type Asked } from '../vantage/run-app.js';
import { loadProfile } from '../../src/files/profiles/profile.js';

export const BERLIN = 'spt_berlin';
export const BERLIN_2 = 'spt_berlin-2';
export const OFFICE = 'spt_office';
export const OF_NO_VANTAGE = 'spt_ann';

type WorkQueuing = WorkContext['source'];

const TOKENS = Object.entries({
  berlin: BERLIN,
  'berlin.2': BERLIN_2,
  office: OFFICE,
  Ann: OF_NO_VANTAGE,
}).map(([name, token]) => ({ name, hash: hashToken(token), until: null, role: null }));

export const WORKER = randomUUID();

/** A queue in memory that says what was asked of it, and that fails once where it is to. */
class MemoryQueue implements WorkQueuing {
  readonly waiting = new Map<string, WorkOrder[]>();
  readonly delivered: { vantage: string; order: string; results: WorkResult[]; last: boolean }[] = [];
  readonly returned: { vantage: string; order: string; worker: string; why: string }[] = [];
  readonly signs = new Map<string, WorkerSign>();
  readonly left: string[] = [];
  taken = 0;
  failure: Error | null = null;

  put(vantage: string, order: WorkOrder): void {
    this.waiting.set(vantage, [...(this.waiting.get(vantage) ?? []), order]);
  }

  take(vantage: string): Promise<WorkOrder | null> {
    this.taken++;
    return this.#try(() => this.waiting.get(vantage)?.shift() ?? null);
  }

  deliver(vantage: string, order: string, results: readonly WorkResult[], last = true): Promise<void> {
    return this.#try(() => void this.delivered.push({ vantage, order, results: [...results], last }));
  }

  giveBack(vantage: string, order: string, worker: string, why: string): Promise<void> {
    return this.#try(() => void this.returned.push({ vantage, order, worker, why }));
  }

  beat(sign: WorkerSign): Promise<void> {
    return this.#try(() => void this.signs.set(sign.id, sign));
  }

  leave(vantage: string, id: string): Promise<void> {
    return this.#try(() => void this.left.push(`${vantage} ${id}`));
  }

  async #try<T>(work: () => T): Promise<T> {
    await Promise.resolve();
    const { failure } = this;
    this.failure = null;
    if (failure) throw failure;
    return work();
  }
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => void (await Promise.all(stops.splice(0).map((stop) => stop()))));

interface Options {
  readonly limits?: Partial<WorkLimits>;
  readonly proxies?: string;
  readonly tls?: TlsFiles;
}

/** The coordinator's app on a port of its own on loopback, until the test ends. */
export async function runWorkApp({ limits, proxies, tls }: Options = {}) {
  const source = new MemoryQueue();
  const accesses: ServedRequest[] = [];
  const troubles: unknown[] = [];
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  const app = await createWorkApp(
    {
      source,
      proxies: proxies === undefined ? [] : parseProxies(proxies),
      limits: { ...WORK_LIMITS, takeMs: 30, pollMs: 10, ...limits },
      listTokens: () => TOKENS,
      now: () => new Date(),
      ending: ending.signal,
      onAccess: (access) => void accesses.push(access),
      onTrouble: (error) => void troubles.push(error),
    },
    tls ?? null,
  );
  stops.push(async () => {
    ending.abort();
    app.server.closeAllConnections();
    await app.close();
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const post = (path: string, body: unknown, asked: Asked = {}) =>
    ask(
      port,
      { method: 'POST', path: `/work/v1${path}`, token: BERLIN, body: JSON.stringify(body), ...asked },
      tls?.cert,
    );
  return {
    source,
    port,
    post,
    accesses,
    troubles,
    ending,
    url: new URL(`${tls ? 'https' : 'http'}://127.0.0.1:${port}`),
  };
}

const profile: Profile = await loadProfile('closed');

const TARGET: Target = {
  ...{ input: '127.0.0.1', address: '127.0.0.1', name: null },
  ...{ resolvedAt: null, scope: 'loopback', problem: null },
};

/** An order of looks at 127.0.0.1. */
export function createOrder(looks = 1): WorkOrder {
  const terms: WorkOrder['terms'][number] = {
    profile: { ...profile, file: null },
    source: 'outsider',
    failOn: 'low',
    plan: {},
  };
  return {
    ...{ schema: WORK_SCHEMA, id: randomUUID(), kind: 'check', ping: false, share: 1, allowSpecial: true },
    terms: [terms],
    looks: Array.from({ length: looks }, (_, index) => ({
      key: { batch: 'sweep-1', client: `c${index}`, slot: '127.0.0.1', round: 0 },
      target: TARGET,
      ...{ terms: 0, slow: false, authorization: null },
    })),
  };
}

/** What was seen of a look, which is as long as this many characters at least. */
export function createResult(client: string, length = 0): WorkResult {
  const survey = {
    target: TARGET,
    vantage: { source: 'outsider', address: null, scope: null, ownAddress: false, control: null },
    ...{ startedAt: '2026-11-22T12:00:00.000Z', durationMs: 5, interrupted: false },
    liveness: { srttMs: null, answers: 0, lost: 0, recheck: [] },
    observations: [],
    unlisted: { ['x'.repeat(length)]: 1 },
    errors: [],
  } satisfies Survey;
  return { key: { batch: 'sweep-1', client, slot: '127.0.0.1', round: 0 }, survey, trouble: null };
}
