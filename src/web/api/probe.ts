import { Gauge, Registry } from 'prom-client';
import * as z from 'zod';
import { readStandings } from '../../fleet/sweep/page-clients.js';
import { formatAddress, parseAddress, unmapAddress } from '../../model/address.js';
import { staleBefore } from '../../model/not-checked.js';
import { rankIssues } from '../../model/rank-issues.js';
import { SEVERITIES } from '../../model/severity.js';
import { type ClientStanding, STANDINGS, worstListed } from '../../model/standing.js';
import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';
import { findEntry } from '../pages/read-client.js';
import type { PageContext } from '../serve-context.js';
import { asText, BUSY, describeRoute, MISSING } from './describe.js';

/**
 * GET /probe?target=: how a client or an address of the inventory stands, as exporters of Prometheus answer. All is from
 * the store: nothing is sent to the target.
 */
export function addProbe(api: ServerApp, { store, files, now }: PageContext): void {
  const schema = {
    ...describeRoute('How a client or an address stands, for Prometheus; nothing is sent to it', {
      200: asText('The text format of Prometheus; probe_success is 1 only if all is known to be well', 'text/plain'),
      ...MISSING,
      ...BUSY,
    }),
    querystring: z.strictObject({
      target: z.string().min(1).max(300).describe('id of a client, or else an address or name that a client has'),
    }),
  };
  api.get('/probe', { schema }, async ({ query: { target } }, reply) => {
    const at = now();
    const when = { now: at, staleBefore: staleBefore(at) };
    const ofClient = await readStandings(store, { ids: [target] }, when);
    const isClient = ofClient.length > 0 || (await findEntry({ files }, target)) !== null;
    const standings = isClient ? ofClient : await readStandings(store, { address: shorten(target) }, when);
    if (!isClient && standings.length === 0)
      throw new Refusal(404, 'not-found', `no client is called "${target}" or has this address`);
    const registry = measure(standings, at);
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

/** An address as the store has it. */
function shorten(target: string): string {
  const parsed = parseAddress(target);
  return parsed ? formatAddress(unmapAddress(parsed)) : target.toLowerCase();
}

function measure(standings: readonly ClientStanding[], now: Date): Registry {
  const registry = new Registry();
  const gauge = <T extends string = never>(name: string, help: string, labelNames: T[] = []): Gauge<T> =>
    new Gauge<T>({ name, help, labelNames, registers: [registry] });
  const listed = worstListed(standings);
  const standing = listed === 'not-checked' ? 'inconclusive' : listed;
  const ranks = standings.map(({ state }) => rankIssues(state));
  gauge('probe_success', 'Whether all is as the profile wants it: 1 is compliant, 0 a violation or not known.').set(
    Number(standing === 'compliant'),
  );
  const verdict = gauge('sallyport_verdict', 'The verdict: 1 for the one that applies.', ['verdict']);
  for (const one of STANDINGS) verdict.set({ verdict: one.replace('-', '_') }, Number(one === standing));
  const findings = gauge('sallyport_findings', 'Violations that count, by severity.', ['severity']);
  const counted = ranks.flatMap((rank) => rank.standing);
  for (const severity of SEVERITIES)
    findings.set({ severity }, counted.filter((issue) => issue.severity === severity).length);
  gauge('sallyport_accepted_findings', 'Findings that someone accepted.').set(
    ranks.reduce((sum, { accepted }) => sum + accepted, 0),
  );
  gauge('sallyport_unknown_addresses', 'Addresses that are not checked, or were not for long.').set(
    standings.filter(({ problem, seenAt }) => problem !== null || seenAt === null).length,
  );
  const oldest = oldestSeen(standings);
  if (oldest !== null)
    gauge('sallyport_age_seconds', 'How long ago a check last came to this result; the longest of all addresses.').set(
      (now.getTime() - oldest) / 1_000,
    );
  return registry;
}

/** When the address was last seen so that was not for longest, ms; null if one never was. */
export function oldestSeen(standings: readonly Pick<ClientStanding, 'seenAt'>[]): number | null {
  const times = standings.map(({ seenAt }) => (seenAt === null ? null : Date.parse(seenAt)));
  return times.length === 0 || times.includes(null) ? null : Math.min(...times.map(Number));
}
