import { isIPv6 } from 'node:net';
import { parseEndpointId } from '../model/endpoint.js';
import type { EndpointId, Transport } from '../model/endpoint.js';
import type { ReportedFinding } from '../model/finding.js';
import type { Report, ReportedObservation } from '../model/report.js';
import { renderCount } from '../words/sentence.js';
import { renderTime } from '../words/time.js';
import { listTroubles } from './report-place.js';
import type { Reporter, RunEnd, Swept } from './reporter.js';
import { xmlElement, XML_HEAD, xmlStart } from './xml.js';

/*
 * The output of `nmap -oX`, by its DTD (version 1.05): for what reads nmap. The verdict and the findings are in the
 * output of scripts.
 */

/** Hosts, ports, states and reasons, as nmap writes them. */
export const nmapXml: Reporter = {
  id: 'nmap-xml',
  title: 'XML as nmap -oX writes it',
  endings: ['xml', 'nmap.xml'],
  unfit: {
    clients: 'it has the ports of a check, which the list of clients does not have: use show or sweep',
    site: 'nmap knows addresses and ports only, and a site has much else',
  },
  create({ many }) {
    const run = new Run(many);
    return {
      begin: () => '',
      report: (report, swept) => run.open(report) + run.add(report, swept),
      end: (ended) => run.open(null) + run.close(ended),
    };
  },
};

/** Counts what the end of the document has to say. */
class Run {
  #isOpen = false;
  #startedMs = 0;
  #endedMs = 0;
  readonly #hosts = { up: 0, down: 0, total: 0 };
  #unknown = 0;

  constructor(private readonly many: boolean) {}

  /** The head of the document, with the time of the first report. */
  open(first: Report | null): string {
    if (this.#isOpen) return '';
    this.#isOpen = true;
    this.#startedMs = this.#endedMs = first ? Date.parse(first.startedAt) : 0;
    const attributes = {
      scanner: 'nmap',
      args: 'sallyport',
      start: toSeconds(this.#startedMs),
      startstr: first && renderTime(first.startedAt),
      version: `sallyport ${first?.tool.version ?? ''}`.trim(),
      xmloutputversion: '1.05',
    };
    return [
      XML_HEAD,
      '<!DOCTYPE nmaprun>\n',
      `${xmlStart('nmaprun', attributes)}\n`,
      // Of many targets each may have been asked for other endpoints.
      ...(first && !this.many ? [renderScanned(first, 'tcp'), renderScanned(first, 'udp')] : []),
      xmlElement('verbose', { level: 0 }),
      xmlElement('debugging', { level: 0 }),
    ].join('');
  }

  add(report: Report, swept: Swept | undefined): string {
    const { target, startedAt, durationMs, verdict } = report;
    this.#endedMs = Math.max(this.#endedMs, Date.parse(startedAt) + durationMs);
    if (verdict === 'inconclusive') this.#unknown++;
    this.#hosts.total++;
    if (target.address === null) {
      return xmlElement('target', { specification: target.input, status: 'skipped', reason: 'invalid' });
    }
    const status = judgeStatus(report);
    if (status.state === 'up') this.#hosts.up++;
    else if (status.state === 'down') this.#hosts.down++;
    return renderHost(report, target.address, status, swept);
  }

  close(run: RunEnd): string {
    const problems = [
      ...listTroubles(run, this.#unknown),
      ...run.unchecked.map(({ client, reason }) => `${client.id} was not checked: ${reason}.`),
      ...(this.#unknown > 0 ? [`${this.#unknown} of ${this.#hosts.total} targets are inconclusive.`] : []),
    ];
    const finished = {
      time: toSeconds(this.#endedMs),
      elapsed: ((this.#endedMs - this.#startedMs) / 1000).toFixed(2),
      summary: `sallyport: ${run.outcome}; ${renderCount(this.#hosts.total, 'target')}`,
      exit: problems.length > 0 ? 'error' : 'success',
      errormsg: problems.length > 0 ? problems.join(' ') : null,
    };
    const stats = xmlElement('runstats', {}, xmlElement('finished', finished), xmlElement('hosts', this.#hosts));
    return `${stats}</nmaprun>\n`;
  }
}

interface Status {
  readonly state: 'up' | 'down' | 'unknown';
  readonly reason: string;
}

/** Whether the host showed life, and by what; if all that came of it is trouble of our own, that is not known. */
function judgeStatus({ observations, liveness, unlisted }: Report): Status {
  const answer = observations.find(({ state }) => state === 'open' || state === 'closed');
  if (answer) return { state: 'up', reason: answer.reason };
  const counted = Object.entries(unlisted).find(([kind, count]) => count > 0 && /^(?:open|closed)\//.test(kind));
  if (counted) return { state: 'up', reason: counted[0].split('/')[1]! };
  if (liveness.echo && [liveness.echo.before, liveness.echo.after].includes('answered'))
    return { state: 'up', reason: 'echo-reply' };
  const asked = observations.filter(({ state }) => state !== 'error');
  if (asked.length === 0) return { state: 'unknown', reason: 'unknown-response' };
  return { state: 'down', reason: asked.find(({ reason }) => reason !== 'no-response')?.reason ?? 'no-response' };
}

function renderHost(report: Report, address: string, status: Status, swept: Swept | undefined): string {
  const { target, startedAt, durationMs, liveness } = report;
  const starttime = toSeconds(Date.parse(startedAt));
  const endtime = toSeconds(Date.parse(startedAt) + durationMs);
  const srtt = Math.round((liveness.srttMs ?? 0) * 1000);
  const names = target.name === null ? '' : xmlElement('hostname', { name: target.name, type: 'user' });
  return xmlElement(
    'host',
    { starttime, endtime, comment: swept && `client ${swept.client.id}: ${swept.client.name}` },
    xmlElement('status', { ...status, reason_ttl: 0 }),
    xmlElement('address', { addr: address, addrtype: isIPv6(address) ? 'ipv6' : 'ipv4' }),
    // Readers want the element even where it is empty.
    names === '' ? '<hostnames>\n</hostnames>\n' : xmlElement('hostnames', {}, names),
    renderPorts(report),
    renderVerdict(report),
    ...(liveness.srttMs === null ? [] : [xmlElement('times', { srtt, rttvar: srtt, to: 1_000_000 })]),
  );
}

function renderPorts({ observations, unlisted, findings }: Report): string {
  const best = new Map<EndpointId, ReportedObservation>();
  for (const seen of observations) {
    const known = best.get(seen.endpoint);
    if (!known || rank(seen) < rank(known)) best.set(seen.endpoint, seen);
  }
  const extras = renderExtras(unlisted);
  const ports = [...best.values()].map((seen) => renderPort(seen, findings));
  return extras.length + ports.length === 0 ? '' : xmlElement('ports', {}, ...extras, ...ports);
}

/** What was too much to list: an element for each state, with its reasons. */
function renderExtras(unlisted: Report['unlisted']): string[] {
  const states = new Map<string, { readonly reason: string; readonly count: number }[]>();
  for (const [kind, count] of Object.entries(unlisted)) {
    const [state = '', reason = ''] = kind.split('/');
    states.set(stateOf(state), [...(states.get(stateOf(state)) ?? []), { reason, count }]);
  }
  return [...states].map(([state, reasons]) => {
    const count = reasons.reduce((sum, one) => sum + one.count, 0);
    return xmlElement('extraports', { state, count }, ...reasons.map((one) => xmlElement('extrareasons', { ...one })));
  });
}

/** Several probes may have asked one port: what shows most counts. */
function rank({ state }: ReportedObservation): number {
  return ['open', 'closed', 'open|filtered', 'filtered', 'error'].indexOf(state);
}

/** Trouble of our own says nothing of the port: nmap calls that unknown. */
function stateOf(state: string): string {
  return state === 'error' ? 'unknown' : state;
}

function renderPort(seen: ReportedObservation, findings: readonly ReportedFinding[]): string {
  const { endpoint, state, reason, identity, service, evidence } = seen;
  const { transport, port } = parseEndpointId(endpoint)!;
  return xmlElement(
    'port',
    { protocol: transport, portid: port },
    xmlElement('state', { state: stateOf(state), reason, reason_ttl: 0 }),
    xmlElement('service', {
      name: service ?? 'unknown',
      product: identity?.label,
      tunnel: evidence.tls ? 'ssl' : null,
      method: identity ? 'probed' : 'table',
      conf: identity ? { certain: 10, likely: 7, possible: 5 }[identity.confidence] : 3,
    }),
    renderScript(findings.filter((finding) => finding.endpoint === endpoint).map(sayFinding)),
  );
}

function renderVerdict({ verdict, summary, findings, undetermined }: Report): string {
  const unknown = undetermined
    .filter(({ blocking }) => blocking)
    .map(({ what, why }) => `Not determined: ${what}. ${why}`);
  const general = findings.filter(({ endpoint }) => endpoint === null).map(sayFinding);
  return xmlElement('hostscript', {}, renderScript([`${verdict.toUpperCase()}: ${summary}`, ...unknown, ...general]));
}

/** One script for all that there is to say: ndiff fails on two in one place. */
function renderScript(lines: readonly string[]): string {
  return lines.length === 0 ? '' : xmlElement('script', { id: 'sallyport', output: lines });
}

function sayFinding({ rule, severity, effect, title, seen, waiver }: ReportedFinding): string {
  const accepted = waiver ? ` Accepted by ${waiver.by}.` : '';
  return `${severity.toUpperCase()} (${effect}, ${rule}): ${title}. ${seen}${accepted}`;
}

function renderScanned({ observations }: Report, protocol: Transport): string {
  const ports = observations.flatMap(({ endpoint }) => {
    const { transport, port } = parseEndpointId(endpoint)!;
    return transport === protocol ? [port] : [];
  });
  const services = [...new Set(ports)].sort((a, b) => a - b);
  const type = protocol === 'tcp' ? 'connect' : 'udp';
  const attributes = { type, protocol, numservices: services.length, services: services.join(',') };
  return services.length === 0 ? '' : xmlElement('scaninfo', attributes);
}

/** Nmap's times are whole seconds since 1970. */
function toSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
