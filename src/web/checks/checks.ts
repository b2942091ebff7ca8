import { randomBytes } from 'node:crypto';
import type { EndpointId } from '../../model/endpoint.js';
import type { SeeEndpoint } from '../../check/run/run-targets.js';
import type { Observation, Report, Verdict } from '../../model/report.js';

/** What an endpoint was seen as while a check is under way. */
export interface SeenEndpoint {
  readonly address: string;
  readonly endpoint: EndpointId;
  readonly state: Observation['state'];
  readonly reason: Observation['reason'];
}

/** An address that was not looked at, and why, as a phrase. */
export interface UncheckedSlot {
  readonly slot: string;
  readonly reason: string;
}

/** A check that someone asked for on a page. */
export interface Check {
  /** Not to be guessed. */
  readonly id: string;
  /** What is checked, in words. */
  readonly title: string;
  /** The client that it is stored for; null for an address alone. */
  readonly client: string | null;
  /** Who asked for it. */
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** By address and endpoint, in the order in which they were seen; one that is asked again stands once. */
  readonly seen: ReadonlyMap<string, SeenEndpoint>;
  readonly state: 'running' | 'done' | 'failed';
  readonly verdict: Verdict | null;
  /** What came of it, an address each. */
  readonly reports: readonly Report[];
  /** Addresses of the client that it did not look at, and that lists do not know either: of all of it nothing good is known. */
  readonly unchecked: readonly UncheckedSlot[];
  /** Why it failed, in words. */
  readonly problem: string | null;
}

/** Another one whenever there is something new of a check. */
export function versionOf({ state, seen }: Check): string {
  return `${state} ${seen.size}`;
}

/** How a check is run: tells what it sees, and resolves to what came of it. */
export type CheckWork = (see: SeeEndpoint, signal: AbortSignal) => Promise<Pick<Check, 'reports' | 'unchecked'>>;

/** Checks that are remembered; the oldest that is done gives way. */
const MAX_CHECKS = 200;

/** Checks at once. */
const MAX_RUNNING = 8;

interface Entry {
  check: Check;
  readonly listeners: Set<() => void>;
  readonly seen: Map<string, SeenEndpoint>;
}

/** Thrown where no further check can be begun now; says why. */
export class ChecksBusy extends Error {
  override readonly name = 'ChecksBusy';
}

/** The checks that were asked for on pages and by their API, in this process. */
export class Checks {
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly options: {
      readonly now: () => Date;
      /** Aborted when the server ends. */
      readonly ending: AbortSignal;
      /** What people are told of a failure; null if it is our own error, which was reported. */
      readonly describeFailure: (error: unknown) => string | null;
      /** The worst of the verdicts. */
      readonly worst: (reports: readonly Report[]) => Verdict;
    },
  ) {}

  /**
   * Begins a check, and gives back at once. A client that is being checked is not checked twice.
   * @throws ChecksBusy
   */
  begin(what: Pick<Check, 'title' | 'client' | 'by'>, work: CheckWork): Check {
    const running = [...this.#entries.values()].filter(({ check }) => check.state === 'running');
    const same = what.client === null ? undefined : running.find(({ check }) => check.client === what.client);
    if (same) return same.check;
    if (running.length >= MAX_RUNNING) throw new ChecksBusy('too many checks are running: wait for one to end');
    this.#makeRoom();
    const id = randomBytes(16).toString('base64url');
    const seen = new Map<string, SeenEndpoint>();
    const startedAt = this.options.now().toISOString();
    const none = { verdict: null, reports: [], unchecked: [], problem: null };
    const entry: Entry = {
      check: { id, ...what, startedAt, seen, state: 'running', ...none },
      seen,
      listeners: new Set(),
    };
    this.#entries.set(id, entry);
    void this.#run(entry, work);
    return entry.check;
  }

  /** A check; null if there is none, or it was forgotten. */
  get(id: string): Check | null {
    return this.#entries.get(id)?.check ?? null;
  }

  /** The newest first. */
  list(): readonly Check[] {
    return [...this.#entries.values()].map(({ check }) => check).reverse();
  }

  /** Calls back whenever something was seen, and at the end. Returns how to stop that. */
  listen(id: string, onChange: () => void): () => void {
    const listeners = this.#entries.get(id)?.listeners;
    listeners?.add(onChange);
    return () => void listeners?.delete(onChange);
  }

  async #run(entry: Entry, work: CheckWork): Promise<void> {
    const tell = (): void => entry.listeners.forEach((listener) => listener());
    const see: SeeEndpoint = ({ endpoint, state, reason }, address) => {
      entry.seen.set(`${address} ${endpoint}`, { address, endpoint, state, reason });
      tell();
    };
    const { ending, worst, describeFailure } = this.options;
    try {
      const { reports, unchecked } = await work(see, ending);
      const seen = worst(reports);
      const verdict = seen === 'compliant' && unchecked.length > 0 ? 'inconclusive' : seen;
      entry.check = { ...entry.check, state: 'done', reports, unchecked, verdict };
    } catch (error) {
      const problem = describeFailure(error) ?? 'an internal error; the log of the server has the details';
      entry.check = { ...entry.check, state: 'failed', problem };
    }
    tell();
  }

  #makeRoom(): void {
    for (const [id, { check }] of this.#entries) {
      if (this.#entries.size < MAX_CHECKS) return;
      if (check.state !== 'running') this.#entries.delete(id);
    }
  }
}
