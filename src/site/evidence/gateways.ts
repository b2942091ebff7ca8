import type { Gateway, GatewayName } from '../../model/lan.js';
import { cutText, quote } from '../../words/sentence.js';
import { placeOf } from './addresses.js';

/**
 * How a gateway stands with UPnP, as far as it told:
 * `silent` nothing answered · `listed` an Internet gateway whose mappings were read to the end · `partly-listed` not to
 * the end · `unread` it answers, but its mappings could not be read · `needs-password` it offers connections, but only
 * to those who know one · `no-connection` it calls itself a gateway, but its description, read to its end, offers no
 * connection · `other-device` it answers as something else.
 */
export const UPNP_STATES = [
  'silent',
  'listed',
  'partly-listed',
  'unread',
  'needs-password',
  'no-connection',
  'other-device',
] as const;
export type UpnpState = (typeof UPNP_STATES)[number];

const GATEWAY_TYPE =
  /:(?:device:(?:InternetGatewayDevice|WANDevice|WANConnectionDevice)|service:WAN(?:IP|PPP)Connection):/i;
/** WFADevice is the Wi-Fi setup of access points and routers alike, so it tells nothing. */
const OTHER_TYPE = /:device:(?!WFADevice:)[^:]/i;
const CONNECTION_TYPE = /:service:WAN(?:IP|PPP)Connection:/i;

export function judgeUpnp({ answers, device, connections, problems }: Gateway): UpnpState {
  const open = connections.filter(({ needsPassword }) => !needsPassword);
  if (open.length > 0) return open.every(({ list }) => list.complete) ? 'listed' : 'partly-listed';
  if (connections.length > 0) return problems.length === 0 ? 'needs-password' : 'unread';
  if (answers.length === 0 && device === null) return 'silent';
  const types = answers.map(({ st, usn }) => `${st} ${usn}`);
  const isGateway = [device?.deviceType ?? '', ...types].some((type) => GATEWAY_TYPE.test(type));
  if (!isGateway) return device?.deviceType || types.some((type) => OTHER_TYPE.test(type)) ? 'other-device' : 'unread';
  const isRead = device !== null && problems.length === 0 && !types.some((type) => CONNECTION_TYPE.test(type));
  return isRead ? 'no-connection' : 'unread';
}

/** Whether a gateway lets any device open ports by UPnP, or may, as what it offers could not be read. */
export function mayOpenPorts(gateway: Gateway): boolean {
  return ['listed', 'partly-listed', 'unread'].includes(judgeUpnp(gateway));
}

/** How a gateway stands with NAT-PMP and PCP: `refuses` where it answers that no one may (result 2 in both). */
export const NAT_PMP_STATES = ['on', 'refuses', 'silent'] as const;
export type NatPmpState = (typeof NAT_PMP_STATES)[number];

/** Result codes that mean the same in NAT-PMP (RFC 6886 §3.5) and PCP (RFC 6887 §7.4). */
const UNKNOWN_VERSION = 1;
const REFUSED = 2;

export function judgeNatPmp({ natPmp, pcp }: Gateway): NatPmpState {
  const results = [natPmp, pcp].flatMap((answer) => (answer ? [answer.result] : []));
  if (results.length === 0) return 'silent';
  const telling = results.filter((result) => result !== UNKNOWN_VERSION);
  return telling.length > 0 && telling.every((result) => result === REFUSED) ? 'refuses' : 'on';
}

/** The gateways that carry the site's traffic: the default ones, or all if none is known as such. */
export function listRouters(gateways: readonly Gateway[]): readonly Gateway[] {
  const defaults = gateways.filter(({ isDefault }) => isDefault);
  return defaults.length > 0 ? defaults : gateways;
}

/** External addresses that a gateway tells, each once. */
export function externalAddresses({ connections, natPmp }: Gateway): string[] {
  const told = [...connections.map(({ externalAddress }) => externalAddress), natPmp?.externalAddress ?? null];
  return [...new Set(told.flatMap((address) => (address ? [address.trim()] : [])))].filter(Boolean);
}

/**
 * The external addresses by which a gateway can reach the internet: those of the internet where it tells any, since
 * lines for television or the provider's own use have private ones beside it. What no device can have is left out.
 */
export function outwardAddresses(gateway: Gateway): string[] {
  const told = externalAddresses(gateway).filter((address) => !['nowhere', undefined].includes(placeOf(address)));
  const open = told.filter((address) => placeOf(address) === 'internet');
  return open.length > 0 ? open : told;
}

/** A gateway as findings name it. */
export function identifyGateway({ address, device }: Gateway): GatewayName {
  const model = device?.modelName?.trim() || device?.friendlyName?.trim() || '';
  const maker = device?.manufacturer?.trim() ?? '';
  const name = model.toLowerCase().startsWith(maker.toLowerCase()) ? model : `${maker} ${model}`.trim();
  return { address: cutText(address, 45), model: cutText(name, 48) || null };
}

/** Names a gateway in a sentence: `the router “AVM FRITZ!Box 7590” (192.168.1.1)`. */
export function nameGateway({ address, model }: GatewayName): string {
  return model ? `the router ${quote(model)} (${address})` : `the router ${address}`;
}

/** Names the routers of a site where a text says what to do on them. */
export function nameRouters(routers: readonly GatewayName[]): string {
  const [first, ...rest] = routers;
  if (!first) return 'the router';
  return rest.length === 0 ? nameGateway(first) : `each of the ${routers.length} routers`;
}
