import { Remembered } from '../../async/remembered.js';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Store } from '../../fleet/store/store.js';
import type { FleetCounts } from '../../fleet/store/fleet-counts.js';
import { countFleet } from '../../fleet/sweep/page-clients.js';
import { staleBefore } from '../../model/not-checked.js';
import type { Listed } from '../../model/standing.js';
import type { Observation } from '../../model/report.js';
import {
  listBlind,
  listUnmanned,
  listWanted,
  type ReadWork,
  standingOf,
  type WorkStatus,
} from '../../model/work-status.js';
import type { LiveFeed } from '../live/live-feed.js';

/** More groups than these are counted together, as {@link OTHERS}: each is several series. */
const MOST_GROUPS = 100;

/** What no group can be called. */
const OTHERS = '*';

/** Clients are counted again after so long, ms: that takes a while where there are very many. */
const COUNTED_MS = 15_000;

/** Sweeps among which the last that came to its end is looked for. */
const SWEEPS_READ = 20;

/** Gauges of prom-client that are called as counters are: the same is told by type. */
const MISNAMED = ['resources', 'handles', 'requests'].map((what) => `nodejs_active_${what}_total`);

/** What the metrics are read from. */
export interface MetricSources {
  readonly store: Store;
  readonly live: Pick<LiveFeed, 'listeners'>;
  readonly readWork: ReadWork;
  readonly now: () => Date;
}

/** What a server of pages measures. No label has an address or the name of a client in it. */
export class ServeMetrics {
  readonly #registry = new Registry();
  readonly #probes: Counter<'state' | 'reason'>;
  readonly #counts: Remembered<FleetCounts>;

  constructor(private readonly sources: MetricSources) {
    const registers = [this.#registry];
    this.#counts = new Remembered(COUNTED_MS, () => {
      const now = this.sources.now();
      return countFleet(this.sources.store, { now, staleBefore: staleBefore(now) });
    });
    this.#probes = new Counter({
      name: 'sallyport_probes_total',
      help: 'Endpoints that this process has checked, by what they were seen as',
      labelNames: ['state', 'reason'],
      registers,
    });
    this.#addFleet();
    this.#addSweeps();
    this.#addOwn();
    this.#addWork();
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
  }

  /** Counts an endpoint that was seen. */
  countProbe({ state, reason }: Observation): void {
    this.#probes.inc({ state, reason });
  }

  /** In the text format of Prometheus. */
  render(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Adds a gauge that is set when it is asked for; one that is not set then is left out. */
  #gauge<T extends string = never>(
    name: string,
    help: string,
    labelNames: readonly T[],
    set: (gauge: Gauge<T>) => void | Promise<void>,
  ): void {
    new Gauge<T>({
      ...{ name, help, labelNames: [...labelNames], registers: [this.#registry] },
      collect() {
        this.reset();
        // Nothing known is not 0.
        if (labelNames.length === 0) this.remove();
        return set(this);
      },
    });
  }

  #addFleet(): void {
    this.#gauge('sallyport_addresses', 'Addresses of clients', ['group', 'verdict'], async (gauge) => {
      for (const [group, counts] of foldGroups((await this.#counts.get()).groups))
        for (const [listed, count] of Object.entries(counts))
          gauge.set({ group, verdict: listed.replace('-', '_') }, count);
    });
    this.#gauge('sallyport_addresses_age_seconds', 'How long ago the addresses were counted', [], async (gauge) => {
      await this.#counts.get();
      gauge.set(this.#counts.ageMs / 1_000);
    });
    this.#gauge(
      'sallyport_oldest_check_age_seconds',
      'How long ago the last check was of the address whose last check is longest ago',
      [],
      async (gauge) => {
        const { oldestAt } = await this.#counts.get();
        if (oldestAt !== null) gauge.set((this.sources.now().getTime() - oldestAt) / 1_000);
      },
    );
  }

  #addSweeps(): void {
    const { store, now } = this.sources;
    const findLast = async () =>
      (await store.listSweeps(SWEEPS_READ, 'inventories')).find(
        ({ state, finishedAt }) => state === 'finished' && finishedAt !== null,
      );
    this.#gauge('sallyport_sweep_duration_seconds', 'How long the last whole sweep took', [], async (gauge) => {
      const last = await findLast();
      if (last) gauge.set((Date.parse(last.finishedAt!) - Date.parse(last.startedAt)) / 1_000);
    });
    this.#gauge('sallyport_sweep_age_seconds', 'How long ago the last whole sweep ended', [], async (gauge) => {
      const last = await findLast();
      if (last) gauge.set((now().getTime() - Date.parse(last.finishedAt!)) / 1_000);
    });
    this.#gauge('sallyport_sweeps_running', 'Sweeps under way, by whatever process', [], async (gauge) =>
      gauge.set((await store.readPulse()).sweeps.length),
    );
    this.#gauge('sallyport_sweep_clients_remaining', 'Clients that sweeps under way have left', [], async (gauge) =>
      gauge.set((await store.readPulse()).sweeps.reduce((sum, { remaining }) => sum + remaining, 0)),
    );
  }

  #addOwn(): void {
    const { store, live } = this.sources;
    this.#gauge('sallyport_messages', 'Alerts and reports by mail', ['state'], async (gauge) => {
      const counts = await store.messages.count();
      for (const state of ['waiting', 'held', 'failed'] as const) gauge.set({ state }, counts[state]);
    });
    this.#gauge('sallyport_store_bytes', 'Size of the store, without its journal', [], async (gauge) =>
      gauge.set(await store.measureBytes()),
    );
    this.#gauge('sallyport_streams', 'Pages that are kept up to date', [], (gauge) => gauge.set(live.listeners));
  }

  /** Where there are no workers, none of it is told. */
  #addWork(): void {
    const { readWork } = this.sources;
    this.#gauge('sallyport_coordinators', 'Coordinators by state', ['state'], async (gauge) => {
      const work = await readWork();
      if (!work) return;
      for (const state of ['active', 'standby', 'silent'] as const)
        gauge.set({ state }, work.coordinators.filter((one) => standingOf(one) === state).length);
    });
    this.#gauge('sallyport_workers', 'Workers by vantage and state', ['vantage', 'state'], async (gauge) => {
      for (const worker of (await readWork())?.workers ?? [])
        gauge.inc({ vantage: worker.vantage, state: standingOf(worker) });
    });
    this.#gauge('sallyport_orders', 'Orders of looks by vantage', ['vantage', 'state'], async (gauge) => {
      for (const { vantage, waiting, active, givenUp } of (await readWork())?.queues ?? [])
        for (const [state, count] of Object.entries({ waiting, active, given_up: givenUp }))
          gauge.set({ vantage, state }, count);
    });
    const tellOfVantages = (name: string, help: string, isSo: (work: WorkStatus, vantage: string) => boolean): void =>
      this.#gauge(name, help, ['vantage'], async (gauge) => {
        const work = await readWork();
        if (work) for (const vantage of listWanted(work)) gauge.set({ vantage }, Number(isSo(work, vantage)));
      });
    tellOfVantages(
      'sallyport_vantage_manned',
      'Whether a worker that can see is at a vantage',
      (work, vantage) => !listUnmanned(work).some((one) => one.vantage === vantage),
    );
    tellOfVantages(
      'sallyport_vantage_blind',
      'Whether many clients have fallen silent to a vantage while others see them',
      (work, vantage) => listBlind(work).some((one) => one.vantage === vantage),
    );
  }
}

/** The largest groups, and all others together. */
function foldGroups(groups: FleetCounts['groups']): Map<string, Record<Listed, number>> {
  const sizeOf = (counts: Readonly<Record<Listed, number>>) => Object.values(counts).reduce((a, b) => a + b, 0);
  const sorted = [...groups].sort(([, a], [, b]) => sizeOf(b) - sizeOf(a));
  const folded = new Map<string, Record<Listed, number>>();
  for (const [index, [group, counts]] of sorted.entries()) {
    const name = index < MOST_GROUPS ? (group ?? '') : OTHERS;
    const before = folded.get(name);
    const add = ([listed, count]: [string, number]) => [listed, count + (before?.[listed as Listed] ?? 0)];
    folded.set(name, Object.fromEntries(Object.entries(counts).map(add)) as Record<Listed, number>);
  }
  return folded;
}
