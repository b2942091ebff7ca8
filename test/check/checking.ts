import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { type CheckOptions, check, type Report } from '../../src/index.js';
import type { LabServer } from '../../src/lab/lab-server.js';
import type { SitePlan } from '../../src/lab/sites.js';
import type { Site } from '../../src/lab/start-site.js';
import type { EndpointId } from '../../src/model/endpoint.js';
import type { ServiceId } from '../../src/model/service.js';
import { startMuteSite } from '../lab-sites/mute-site.js';
import { keep } from '../lab-sites/running.js';

const schema = JSON.parse(readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8')) as object;
const validate = new Ajv2020({ strict: true, strictTypes: false, formats: { 'date-time': true } }).compile(schema);

/** Throws where a report does not fit the published schema. */
export function requireValid(report: unknown): asserts report is Report {
  if (!validate(JSON.parse(JSON.stringify(report)))) throw new Error(JSON.stringify(validate.errors, null, 2));
}

/** Runs a check through the library, on loopback, to its end; every report fits the published schema. */
export async function checkAll(options: CheckOptions): Promise<Report[]> {
  const reports: Report[] = [];
  for await (const report of check({ allowSpecial: true, ping: false, ...options })) {
    requireValid(report);
    reports.push(report);
  }
  return reports;
}

/** Checks one address, of which there is one report. */
export async function checkOne(target: string, options: Partial<CheckOptions> = {}): Promise<Report> {
  const reports = await checkAll({ targets: [target], ...options });
  if (reports.length !== 1) throw new Error(`${reports.length} reports of ${target}`);
  return reports[0]!;
}

/** Checks a site against a profile that knows where its services really are. */
export function checkSite(site: Site, options: Partial<CheckOptions> = {}): Promise<Report> {
  return checkOne(site.address, { services: site.services, ...options });
}

/** Starts a site on an address of its own, on ports that the system chooses; it ends with the test. */
export async function startAt(address: string, plan: SitePlan, silentAfter?: number): Promise<Site> {
  return keep(await startMuteSite(plan, { address, ports: 'ephemeral', silentAfter }));
}

/** A plan of one server in the place of one service. */
export function planOne(service: ServiceId, server: LabServer): SitePlan {
  const endpoints: EndpointId[] = [
    ...(server.udp ? ['udp/1' as const] : []),
    ...(server.tcp ? ['tcp/1' as const] : []),
  ];
  return {
    id: 'one',
    title: `one server as ${service}`,
    address: '127.0.0.1',
    profile: 'closed',
    source: 'outsider',
    servers: [{ service, endpoints, server }],
  };
}

/** The observation of one service, over one transport where it has several. */
export function observationOf(report: Report, service: string, transport = ''): Report['observations'][number] {
  const found = report.observations.filter(
    (seen) => seen.service === service && seen.endpoint.startsWith(transport) && seen.state !== 'closed',
  );
  if (found.length !== 1) throw new Error(`${found.length} observations of ${service}: ${JSON.stringify(found)}`);
  return found[0]!;
}

/** The rules that made a violation, or had another effect, without repeats. */
export function rulesOf(report: Report, effect: Report['findings'][number]['effect'] = 'violation'): string[] {
  return [...new Set(report.findings.filter((finding) => finding.effect === effect).map(({ rule }) => rule))].sort();
}
