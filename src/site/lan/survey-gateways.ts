import { classifyUpnpAnswer } from '../../check/fingerprints/upnp-answers.js';
import { isLanAddress } from '../../model/address.js';
import type { Endpoint } from '../../model/endpoint.js';
import type { Gateway, LanInterface, SsdpFound } from '../../model/lan.js';
import type { UnitError } from '../../model/report.js';
import type { Engine } from '../../net/scan/engine.js';
import { findLocalAddress } from '../../net/sockets/addresses.js';
import { type DefaultGateway, readDefaultRoutes } from '../../system/default-gateways.js';
import { findLan } from '../../system/lan-interfaces.js';
import { readGateway } from './read-gateway.js';
import { searchSsdp, SSDP_PORT } from './search-ssdp.js';

/** What is kept of one gateway's answers, of one other device's, and of all devices'. */
const MAX_OF_GATEWAY = 32;

const MAX_OF_DEVICE = 8;

const MAX_OF_DEVICES = 256;

const MAX_GATEWAYS = 16;

/** A network smaller than this joins two ends, and has no one to search for. */
const LONGEST_PREFIX = 30;

export interface SurveyGatewaysOptions {
  readonly engine: Engine;
  readonly interfaces: readonly LanInterface[];
  /** Addresses of gateways; the system's default ones where none are given. */
  readonly gateways: readonly string[] | undefined;
  /** Endpoints whose mappings matter most, in that order. */
  readonly endpoints: readonly Endpoint[];
  readonly multicast: boolean;
  readonly ssdpPort?: number | undefined;
  readonly natPmpPort?: number | undefined;
  readonly signal: AbortSignal;
  readonly onStep: (step: string) => void;
}

export interface SurveyedGateways {
  readonly gateways: Gateway[];
  readonly devices: SsdpFound[];
  readonly errors: UnitError[];
}

/** Finds the gateways of this network, and reads what each tells of itself. Never rejects. */
export async function surveyGateways(options: SurveyGatewaysOptions): Promise<SurveyedGateways> {
  const { engine, interfaces, endpoints, ssdpPort = SSDP_PORT, natPmpPort, signal, onStep } = options;
  const errors: UnitError[] = [];
  const tell = (unit: string, message: string) => void errors.push({ unit, message: message.slice(0, 512) });
  const defaults = await chooseGateways(options, tell);
  const [asked, foreign] = [true, false].map((inside) =>
    defaults.filter(({ address }) => isLanAddress(address) === inside),
  ) as [DefaultGateway[], DefaultGateway[]];
  for (const { address } of foreign) tell('lan/gateway', `the gateway ${address} ${NOT_ASKED}`);

  onStep('searching for gateways and devices');
  const searched = options.multicast ? chooseNetworks(interfaces, tell) : [];
  const hosts = asked.map(({ address }) => address);
  const { found, problems } = await searchSsdp({ hosts, interfaces: searched, port: ssdpPort, signal });
  for (const problem of problems) tell('lan/ssdp', problem);

  const sorted = sortAnswers(found, new Set(hosts), interfaces);
  for (const address of sorted.strangers) {
    tell('lan/ssdp', `${address} says that it is an Internet gateway, but is not on this network: it was not read`);
  }
  const further = sorted.furtherGateways.map((address) => ({
    address,
    interface: findLan(interfaces, address)?.name ?? null,
  }));
  const all = [
    ...asked.map((gateway) => ({ ...gateway, isDefault: true })),
    ...further.map((gateway) => ({ ...gateway, isDefault: false })),
  ];
  if (all.length > MAX_GATEWAYS)
    tell('lan/ssdp', `${all.length} gateways answered, of which ${MAX_GATEWAYS} were read`);
  onStep('reading what the gateways report');
  const gateways = all.slice(0, MAX_GATEWAYS).map(async (gateway): Promise<Gateway> => {
    const answers = sorted.of(gateway.address);
    const ports = natPmpPort === undefined ? {} : { natPmpPort };
    try {
      return await readGateway({ ...gateway, ...ports, engine, answers, endpoints, signal });
    } catch (error) {
      const problem = `could not be read: ${String(error).slice(0, 200)}`;
      tell('lan/gateway', `${gateway.address} ${problem}`);
      return { ...UNREAD, ...gateway, answers, problems: [problem] };
    }
  });
  const unasked = foreign.map((gateway) => ({ ...UNREAD, ...gateway, isDefault: true, problems: [NOT_ASKED] }));
  const read = [...(await Promise.all(gateways)), ...unasked].slice(0, MAX_GATEWAYS);
  return { gateways: read, devices: [...sorted.devices], errors };
}

const NOT_ASKED = 'was not asked anything: its address is not private, so it may be outside this network';

const UNREAD = { answers: [], device: null, connections: [], natPmp: null, pcp: null };

type Tell = (unit: string, message: string) => void;

/** The gateways to read: those given, or the system's default ones. */
async function chooseGateways(
  { gateways, interfaces }: SurveyGatewaysOptions,
  tell: Tell,
): Promise<readonly DefaultGateway[]> {
  if (gateways) {
    return Promise.all(
      [...new Set(gateways)].map(async (address) => {
        const local = await findLocalAddress(address);
        return { address, interface: interfaces.find((lan) => lan.address === local)?.name ?? null };
      }),
    );
  }
  const unit = 'lan/default-gateway';
  try {
    const routes = await readDefaultRoutes(interfaces);
    for (const name of routes.direct) {
      tell(
        unit,
        `${name} leads to the internet past the gateway of this network, as a tunnel (VPN) does: switch that off`,
      );
    }
    if (routes.gateways.length === 0) {
      tell(unit, 'this machine has no default gateway: connect it to the network, or name the gateway');
    }
    return routes.gateways;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    tell(unit, `the system could not be asked for the default gateway: ${why}`);
    return [];
  }
}

/** The networks on which everyone is asked. */
function chooseNetworks(interfaces: readonly LanInterface[], tell: Tell): LanInterface[] {
  return interfaces.filter(({ name, address, prefixLength }) => {
    if (prefixLength > LONGEST_PREFIX) return false;
    const inside = isLanAddress(address);
    if (!inside) tell('lan/ssdp', `${name} was not searched: its address ${address} is not private`);
    return inside;
  });
}

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
