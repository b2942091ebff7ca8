import { isRandomCanary } from '../model/canary.js';
import { compareEndpointIds, type EndpointId } from '../model/endpoint.js';
import type { ReportData, ReportedObservation, State } from '../model/report.js';
import { type Standing, standingOf } from '../model/standing.js';
import { WEAKEST_FIRST } from '../model/weakest-state.js';
import { renderTime } from '../words/time.js';
import { describeVantage } from './address-words.js';

/*
 * What several vantages saw of one address, side by side, wherever it is shown. Raw text: escape it.
 */

/** One of several vantages, and what its own look came to. */
export interface VantageView {
  readonly name: string;
  /** Where it is, or why it could not look. */
  readonly from: string;
  /** When it looked; null if it could not. */
  readonly at: string | null;
  readonly standing: Standing | null;
}

/** The vantages of a report that joins several, in their order; none for any other report. */
export function listViews({ vantages = [] }: Pick<ReportData, 'vantages'>): VantageView[] {
  return vantages.map(({ name, report, trouble }) => ({
    name,
    from: report ? describeVantage(report.vantage) : `could not look${trouble === null ? '' : `: ${trouble}`}`,
    at: report && renderTime(report.startedAt),
    standing: report && standingOf(report),
  }));
}

/** An endpoint that some vantage found open, or that not all saw alike. */
interface ComparedEndpoint {
  readonly endpoint: EndpointId;
  readonly service: string | null;
  /** For each vantage that looked; null if it did not ask there, or only counts it. */
  readonly states: readonly (State | null)[];
}

/** What vantages saw of endpoints. */
export interface Comparison {
  /** Of those that looked. */
  readonly names: readonly string[];
  readonly rows: readonly ComparedEndpoint[];
  /** How many more there are like these. */
  readonly more: number;
}

/** More endpoints are counted. */
const MOST_COMPARED = 40;

/** The endpoints that matter, as each vantage saw them; null where fewer than two looked. */
export function compareViews({ vantages = [] }: Pick<ReportData, 'vantages'>): Comparison | null {
  const looked = vantages.flatMap(({ name, report }) => (report ? [{ name, seen: weakestStates(report) }] : []));
  if (looked.length < 2) return null;
  const services = new Map<EndpointId, string | null>();
  for (const { seen } of looked) for (const [endpoint, { service }] of seen) services.set(endpoint, service);
  const rows = [...services]
    .map(([endpoint, service]) => ({
      ...{ endpoint, service },
      states: looked.map(({ seen }) => seen.get(endpoint)?.state ?? null),
    }))
    .filter(({ states }) => states.includes('open') || new Set(states.filter((state) => state !== null)).size > 1)
    .sort((a, b) => compareEndpointIds(a.endpoint, b.endpoint));
  const names = looked.map(({ name }) => name);
  return { names, rows: rows.slice(0, MOST_COMPARED), more: Math.max(0, rows.length - MOST_COMPARED) };
}

/** What one vantage saw of each endpoint; ports chosen at random are others for each. */
function weakestStates({ observations }: ReportData): ReadonlyMap<EndpointId, ReportedObservation> {
  const states = new Map<EndpointId, ReportedObservation>();
  for (const seen of observations) {
    const known = states.get(seen.endpoint);
    const isWeaker = !known || WEAKEST_FIRST.indexOf(seen.state) < WEAKEST_FIRST.indexOf(known.state);
    if (isWeaker && !isRandomCanary(seen)) states.set(seen.endpoint, seen);
  }
  return states;
}
