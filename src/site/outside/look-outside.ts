import { randomBytes } from 'node:crypto';
import type { EndpointId } from '../../model/endpoint.js';
import type { LanInterface } from '../../model/lan.js';
import { accessOf, OUTSIDER, type Profile } from '../../model/profile.js';
import type { Report } from '../../model/report.js';
import type { ServiceKind } from '../../model/service.js';
import type { NatSurvey, Outside, Proof, SipComparison, StandIn } from '../../model/site.js';
import type { Whoami } from '../../model/vantage-api.js';
import type { TimingName } from '../../net/scan/timing.js';
import { findLocalAddress } from '../../net/sockets/addresses.js';
import { areTogether, listLanInterfaces } from '../../system/lan-interfaces.js';
import { readNextHops } from '../../system/next-hops.js';
import { compareSip } from './compare-sip.js';
import { drawCanaries, proveEndpoints } from './prove-endpoints.js';
import { type OpenStandIn, openStandIn } from './stand-in.js';
import { surveyNat } from './survey-nat.js';
import type { VantageClient } from './vantage-client.js';
import { VantageError } from './vantage-error.js';

/** What is asked of the vantage. */
export interface LookOutsideOptions {
  readonly vantage: VantageClient;
  /** Host and port of the vantage, for people. */
  readonly vantageName: string;
  readonly profile: Profile;
  /** Which of the profile's sources the vantage is. */
  readonly source?: string | undefined;
  readonly timing?: TimingName | undefined;
  /** Where the phone system is or will be. */
  readonly pbxAddress: string | null;
  /** Listen in its place, and have the vantage prove what arrives. */
  readonly standIn: boolean;
  /** Forwarded to the stand-in for the time of the run, to show that the vantage is not shut out. */
  readonly testPort?: EndpointId | null | undefined;
  /** Longest NAT binding to try, in seconds; null leaves that test out. */
  readonly bindingSeconds: number | null;
  /** Says what is done next. */
  readonly onStep?: ((step: string) => void) | undefined;
  readonly signal: AbortSignal;
}

/** What was seen with the vantage's help, and by what stand-in. */
export interface OutsideView {
  readonly outside: Outside;
  /** This machine's firewall is told by the look from inside. */
  readonly standIn: Omit<StandIn, 'firewall'> | null;
}

/**
 * Has the vantage look at the address that we come from. One after the other, so that no test disturbs another: the
 * proofs first, while nothing has gone out from the ports in question; then the check, with the stand-in still
 * listening; then what opens bindings in the NAT. What fails is told as a problem; the rest is done all the same.
 */
export async function lookFromOutside(options: LookOutsideOptions): Promise<OutsideView> {
  const { vantage, vantageName, profile, testPort, signal } = options;
  const problems: Outside['problems'] = [];
  const attempt = async <T>(part: Outside['problems'][number]['part'], work: () => Promise<T>): Promise<T | null> => {
    // Nothing begins after an abort: the report says that the run was cut off.
    if (signal.aborted) return null;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof VantageError)) throw error;
      problems.push({ part, message: error.message });
      return null;
    }
  };
  const view = (seen: Partial<Outside>, standIn: OutsideView['standIn'] = null): OutsideView => ({
    outside: {
      ...{ vantage: vantageName, source: options.source ?? OUTSIDER, address: null, scope: null, hops: [] },
      ...{ check: null, proofs: [], sip: [], sipPorts: null, nat: null, problems },
      ...seen,
    },
    standIn,
  });

  const onStep = (step: string): void => {
    if (!signal.aborted) options.onStep?.(step);
  };
  onStep(`asking ${vantageName} where we come from`);
  const whoami = await attempt('vantage', () => vantage.whoami(signal));
  if (!whoami) return view({});
  const { address, scope } = whoami;
  const localAddress = await findOwnAddress(options);
  if (localAddress === null) {
    problems.push({
      part: 'vantage',
      message: "this machine's own address on the way to the vantage cannot be determined",
    });
    return view({ address, scope });
  }

  const detour = await findDetour(options, localAddress);
  if (detour !== null) problems.push({ part: 'vantage', message: detour });
  const hops = vantage.remoteAddress === null ? Promise.resolve([]) : readNextHops(vantage.remoteAddress);
  const key = randomBytes(32);
  const { services, canaries } = options.standIn
    ? await chooseEndpoints(options, localAddress)
    : { services: [], canaries: [] };
  const open =
    options.standIn && !signal.aborted
      ? await openStandIn({
          address: localAddress,
          endpoints: [...listEndpoints(profile), ...canaries, ...(testPort ? [testPort] : [])],
          key,
        })
      : null;
  let proofs: Proof[] | null = null;
  let check: Report | null;
  try {
    if (open) {
      onStep(`listening on ${open.bound.length} endpoints of ${localAddress}; the vantage sends to each`);
      proofs = await attempt('proofs', () =>
        proveEndpoints({
          ...{ client: vantage, key, standIn: open, services, canaries, testPort, signal },
          onProblem: (message) => void problems.push({ part: 'proofs', message }),
        }),
      );
    }
    onStep(`the vantage checks ${address}`);
    check = await attempt('check', () =>
      vantage.check({ profile, timing: options.timing, source: options.source }, signal),
    );
  } finally {
    await open?.close();
  }
  const sip = await attempt('sip', () => lookForAlg(options, whoami, localAddress));
  const nat = await attempt('nat', () => lookAtNat(options, whoami, localAddress));
  return view(
    { address, scope, hops: await hops, check, proofs: proofs ?? [], sip: sip ?? [], sipPorts: whoami.sip, nat },
    open && describeStandIn(open),
  );
}

/** The address in whose place we stand, or the one that leads to the vantage; null if there is none. */
function findOwnAddress({ standIn, pbxAddress, vantage }: LookOutsideOptions): Promise<string | null> {
  if (standIn && pbxAddress !== null) return Promise.resolve(pbxAddress);
  return vantage.remoteAddress === null ? Promise.resolve(null) : findLocalAddress(vantage.remoteAddress);
}

/** Tells that what is sent to the vantage leaves by another network than the one where we stand in, as by a VPN. */
async function findDetour({ vantage, standIn }: LookOutsideOptions, place: string): Promise<string | null> {
  const leaving = !standIn || vantage.remoteAddress === null ? null : await findLocalAddress(vantage.remoteAddress);
  if (leaving === null) return null;
  return areTogether(readNetworks(), leaving, place)
    ? null
    : `this machine sends from ${leaving} there, not through the network of ${place}: through a VPN or another line`;
}

/** None if the system does not tell: the look from inside says so. */
function readNetworks(): LanInterface[] {
  try {
    return listLanInterfaces();
  } catch {
    return [];
  }
}

/** All endpoints of the profile's services, where they are and where the maker has them. */
function listEndpoints({ services }: Profile): EndpointId[] {
  return [...new Set(services.flatMap(({ endpoints, defaultEndpoints }) => [...endpoints, ...defaultEndpoints]))];
}

/** What is worth most comes first, before a router that shuts us out could notice. */
const WORTH: readonly ServiceKind[] = ['admin', 'sip', 'data', 'gateway', 'media'];
/** Ports that stand for a range of voice media that is not agreed. */
const MEDIA_PORTS = 8;

/** What is asked of the services, in order of worth, at random within a kind; and canaries among the rest. */
async function chooseEndpoints({ profile, source = OUTSIDER, testPort }: LookOutsideOptions, address: string) {
  const services = WORTH.flatMap((kind) =>
    shuffle(
      profile.services.flatMap((service) => {
        if (service.kind !== kind) return [];
        const isThin = kind === 'media' && accessOf(service, source, profile.unlisted) === 'must-not';
        const all = [...service.endpoints, ...service.defaultEndpoints];
        return isThin ? spread(all, MEDIA_PORTS) : all;
      }),
    ),
  );
  const taken = [...listEndpoints(profile), ...(testPort ? [testPort] : [])];
  return { services: [...new Set(services)], canaries: await drawCanaries({ address, services: taken }) };
}

/** So many of a list, from end to end. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, index) => items[Math.round((index * (items.length - 1)) / (count - 1))]!);
}

function shuffle<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

function describeStandIn({ address, bound, unbound }: OpenStandIn): OutsideView['standIn'] {
  return { address, bound: [...bound], unbound: [...unbound] };
}

async function lookForAlg(
  { vantage, signal, onStep }: LookOutsideOptions,
  { sip }: Whoami,
  localAddress: string,
): Promise<SipComparison[]> {
  if (!sip) throw new VantageError('refused', 'the vantage offers no SIP ports, so a SIP ALG cannot be detected');
  onStep?.('exchanging SIP messages with the vantage');
  return compareSip({ client: vantage, localAddress, signal });
}

async function lookAtNat(
  { vantage, bindingSeconds, signal, onStep }: LookOutsideOptions,
  { stun }: Whoami,
  localAddress: string,
): Promise<NatSurvey> {
  if (!stun)
    throw new VantageError('refused', "the vantage offers no STUN ports, so the NAT's bindings cannot be tested");
  onStep?.(
    bindingSeconds === null
      ? 'testing how the NAT maps UDP'
      : `testing how long the NAT keeps a silent UDP binding: up to ${bindingSeconds} s`,
  );
  return surveyNat({ client: vantage, localAddress, bindingSeconds, signal });
}
