import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SiteReport, siteReportSchema } from '../../src/model/site.js';
import { must, type Outcome, type Server } from './namespace.js';
import { runSallyport } from './sallyport.js';
import { OUTSIDE, type Site } from './topology.js';

const VANTAGE = `${OUTSIDE}:8443`;

/** Starts a vantage server on the internet, with TLS and a token. It takes only callers with public addresses. */
export async function startVantage(site: Site): Promise<Server> {
  const file = (name: string) => join(site.directory, name);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=vantage', '-addext', `subjectAltName=IP:${OUTSIDE}`];
  await must(['openssl', 'req', '-x509', ...curve, '-keyout', file('key.pem'), '-out', file('cert.pem'), ...names]);
  const made = await runSallyport(site.internet, ['vantage', 'token', 'lab', '--token-file', file('tokens')]);
  if (made.code !== 0) throw new Error(made.stderr);
  await writeFile(file('token'), made.stdout, { mode: 0o600 });
  const tls = ['--tls-cert', file('cert.pem'), '--tls-key', file('key.pem')];
  const options = ['--listen', VANTAGE, '--token-file', file('tokens'), ...tls, '--quiet'];
  return site.internet.start(
    [process.execPath, 'bin/sallyport.js', 'vantage', ...options],
    ['tcp/8443', 'tcp/5060', 'udp/5060', 'udp/3478', 'udp/3479'],
  );
}

/** A run of preinstall with its report. */
export interface Preinstalled extends Outcome {
  readonly report: SiteReport;
}

/** Runs `sallyport preinstall` in the office and validates its report. */
export async function preinstallAt(site: Site, args: readonly string[] = []): Promise<Preinstalled> {
  const file = (name: string) => join(site.directory, name);
  const vantage = ['--vantage', `https://${VANTAGE}`, '--token-file', file('token'), '--vantage-ca', file('cert.pem')];
  const output = ['--store', file('store.sqlite'), '--format', 'json', '--quiet'];
  const outcome = await runSallyport(site.office, ['preinstall', ...vantage, ...output, ...args]);
  try {
    return { ...outcome, report: siteReportSchema.parse(JSON.parse(outcome.stdout)) };
  } catch (error) {
    throw new Error(`no report (exit ${outcome.code})\n${outcome.stderr}\n${outcome.stdout.slice(0, 2000)}`, {
      cause: error,
    });
  }
}

/** The rules that speak against the site, or leave it in doubt. */
export function faultsOf({ findings }: SiteReport): string[] {
  return [...new Set(findings.filter(({ effect }) => effect !== 'note').map(({ rule }) => rule))].sort();
}

/** What explains each endpoint that is reachable, such as `{ 'tcp/80': 'static-forward' }`; canaries left out. */
export function causesOf({ reachable }: SiteReport): Record<string, string> {
  const named = reachable.filter(({ endpoint }) => Number(endpoint.slice(4)) < 20_000);
  return Object.fromEntries(named.map(({ endpoint, cause }) => [endpoint, cause]));
}
