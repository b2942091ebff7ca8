import { classifyUpnpAnswer } from '../fingerprints/upnp-answers.js';
import { isLanAddress } from '../model/address.js';
import type { LanInterface, SsdpFound } from '../model/lan.js';
import { findLan } from './lan-interfaces.js';

/** What is kept of one gateway's answers, of one other device's, and of all devices'. */
const MAX_OF_GATEWAY = 32;
const MAX_OF_DEVICE = 8;
const MAX_OF_DEVICES = 256;

/** Who answered, by what they say they are. */
export interface SortedAnswers {
  /** The answers of an address, those of a gateway first. */
  readonly of: (address: string) => SsdpFound[];
  /** Addresses on our networks that say they are an Internet gateway and are none of `known`. */
  readonly furtherGateways: readonly string[];
  /** Addresses elsewhere that say so: what they answered is kept, but nothing of it followed. */
  readonly strangers: readonly string[];
  readonly devices: readonly SsdpFound[];
}

/** Sorts the answers to searches. A name that a device gives itself makes no gateway: only its type does. */
export function sortAnswers(
  found: ReadonlyMap<string, readonly SsdpFound[]>,
  known: ReadonlySet<string>,
  interfaces: readonly LanInterface[],
): SortedAnswers {
  const claims = [...found].filter(([address, answers]) => !known.has(address) && answers.some(isGateway));
  const addresses = claims.map(([address]) => address).sort();
  const isNear = (address: string) => isLanAddress(address) && findLan(interfaces, address) !== undefined;
  const furtherGateways = addresses.filter(isNear);
  const devices = [...found]
    .filter(([address]) => !known.has(address) && !furtherGateways.includes(address))
    .flatMap(([, answers]) => [...answers].sort(byWeight).slice(0, MAX_OF_DEVICE))
    .slice(0, MAX_OF_DEVICES);
  return {
    of: (address) => [...(found.get(address) ?? [])].sort(byWeight).slice(0, MAX_OF_GATEWAY),
    furtherGateways,
    strangers: addresses.filter((address) => !isNear(address)),
    devices,
  };
}

function isGateway(answer: SsdpFound): boolean {
  const { role, by } = classifyUpnpAnswer(answer);
  return role === 'gateway' && by === 'type';
}

/** Gateways first, then types of devices, then what says little. */
function byWeight(a: SsdpFound, b: SsdpFound): number {
  return weigh(a) - weigh(b);
}

function weigh(answer: SsdpFound): number {
  const { role, by } = classifyUpnpAnswer(answer);
  if (role === 'gateway') return by === 'type' ? 0 : 1;
  return by === 'type' ? 2 : 3;
}
