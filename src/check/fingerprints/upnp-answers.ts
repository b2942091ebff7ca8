import type { SsdpEvidence } from '../../model/evidence.js';
import { privateLocationHost } from '../../protocols/upnp/ssdp.js';
import { quoteSent } from './fingerprint.js';

const GATEWAY_TYPE =
  /:(?:device:(?:InternetGatewayDevice|WANDevice|WANConnectionDevice)|service:(?:WAN(?:(?:IP|PPP)Connection|CommonInterfaceConfig|\w{1,16}LinkConfig|IPv6FirewallControl)|Layer3Forwarding)):/i;
/** WFADevice is the Wi-Fi setup of access points and routers alike, so it tells nothing. */
const DEVICE_TYPE = /:device:(?!WFADevice:)[^:]/i;
const GATEWAY_SERVER = /miniupnpd|(?<![a-z])igd|internet ?gateway|(?<![a-z])(?:router(?:os)?|gateway)(?![a-z])/i;
const GATEWAY_FILE = /\/[^/]{0,64}(?:igd|gatedesc|InternetGatewayDevice|fboxdesc)[^/]{0,64}$/i;

/** What one search answer says of its sender: `type` by its ST or USN, `hint` by the names that it uses, else unknown. */
export interface UpnpAnswer {
  readonly answer: SsdpEvidence;
  readonly role: 'gateway' | 'device';
  readonly by: 'type' | 'hint' | 'nothing';
}

/**
 * Tells gateways from other devices. An answer for the root device alone says neither: then the names in SERVER
 * and of the description file decide, and what names no gateway passes for another device, `by: 'nothing'`.
 */
export function classifyUpnpAnswer(answer: SsdpEvidence): UpnpAnswer {
  const types = `${answer.st ?? ''} ${answer.usn ?? ''}`;
  if (GATEWAY_TYPE.test(types)) return { answer, role: 'gateway', by: 'type' };
  if (GATEWAY_SERVER.test(answer.server ?? '') || GATEWAY_FILE.test(answer.location ?? '')) {
    return { answer, role: 'gateway', by: 'hint' };
  }
  return { answer, role: 'device', by: DEVICE_TYPE.test(types) ? 'type' : 'nothing' };
}

/**
 * Splits all answers of one endpoint into those of gateways and those of other devices. Routers announce devices
 * of other types besides, so what has a gateway's description host, or its SERVER where a host is missing, is
 * taken for that gateway's and left out of `devices`.
 */
export function splitUpnpAnswers(answers: readonly SsdpEvidence[]): { gateways: UpnpAnswer[]; devices: UpnpAnswer[] } {
  const all = answers.map(classifyUpnpAnswer);
  const gateways = all.filter(({ role }) => role === 'gateway');
  const isGateways = (one: UpnpAnswer) => gateways.some((gateway) => haveOneSender(gateway.answer, one.answer));
  return { gateways, devices: all.filter((one) => one.role === 'device' && !isGateways(one)) };
}

/** Renders an answer as the basis of an identity, each entry within 300 characters. */
export function describeUpnpAnswer({ st, usn, server, location }: SsdpEvidence): string[] {
  const host = privateLocationHost(location);
  const fields = { ST: st, USN: usn, SERVER: server, LOCATION: location };
  const quoted = Object.entries(fields).flatMap(([name, text]) => (text ? [`${name} ${quoteSent(text, 256)}`] : []));
  return host === null ? quoted : [...quoted, `the LOCATION host is ${HOSTS[host]}`];
}

const HOSTS = { private: 'a private address', public: 'a public address', name: 'a name' } as const;

function haveOneSender(a: SsdpEvidence, b: SsdpEvidence): boolean {
  const [hostA, hostB] = [a, b].map(({ location }) => /^https?:\/\/(\[[^\]]*\]|[^/:]*)/i.exec(location ?? '')?.[1]);
  return hostA && hostB ? hostA === hostB : a.server !== null && a.server === b.server;
}
