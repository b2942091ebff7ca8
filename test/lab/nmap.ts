import { isCanary } from './sallyport.js';
import { isMovedPlace } from '../../src/model/moved-place.js';
import type { Report } from '../../src/model/report.js';
import type { Namespace } from './namespace.js';

/**
 * What nmap says of endpoints such as `tcp/80` (SYN scan) and `udp/5060` (protocol payloads), in its own words.
 * Patient and without ping, so that its answer can be trusted.
 */
export async function scanWithNmap(
  namespace: Namespace,
  target: string,
  endpoints: readonly string[],
): Promise<Record<string, string>> {
  const ports = (transport: string) =>
    endpoints
      .filter((id) => id.startsWith(transport))
      .map((id) => id.slice(transport.length + 1))
      .join(',');
  const family = target.includes(':') ? ['-6'] : [];
  const { stdout, stderr, code } = await namespace.run([
    ...['nmap', ...family, '-n', '-Pn', '-sSU', '--max-retries', '4', '-oX', '-'],
    ...['-p', `T:${ports('tcp')},U:${ports('udp')}`, target],
  ]);
  if (code !== 0) throw new Error(`nmap: exit ${code}\n${stderr}`);
  const found = stdout.matchAll(/<port protocol="(tcp|udp)" portid="(\d+)"><state state="([^"]+)"/g);
  return Object.fromEntries([...found].map(([, transport, port, state]) => [`${transport}/${port}`, state ?? '']));
}

/**
 * Asks nmap for the endpoints of a report, without its canaries and the places to which administration may
 * have been moved (nmap only counts what is alike), and tells where the two disagree: none is the
 * aim. For UDP nmap knows less where a service wants its own protocol: its "open|filtered" goes with our "open".
 */
export async function findDisagreements(namespace: Namespace, report: Report): Promise<string[]> {
  const observations = report.observations.filter((seen) => !isCanary(seen) && !isMovedPlace(seen));
  const endpoints = observations.map(({ endpoint }) => endpoint);
  const theirs = await scanWithNmap(namespace, report.target.address ?? '', endpoints);
  return observations
    .filter(({ endpoint, state }) => {
      const says = theirs[endpoint];
      return says !== state && !(endpoint.startsWith('udp') && state === 'open' && says === 'open|filtered');
    })
    .map(({ endpoint, state, reason }) => `${endpoint} is ${state}/${reason}, nmap says ${theirs[endpoint]}`);
}
