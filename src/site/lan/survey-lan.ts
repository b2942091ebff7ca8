import { createPlanner } from '../../check/probes/plan.js';
import { surveyTarget } from '../../check/survey/survey-target.js';
import { addressScope } from '../../model/address.js';
import { type Endpoint, parseEndpointId } from '../../model/endpoint.js';
import type { LanInterface, LanSurvey, PbxSurvey } from '../../model/lan.js';
import { indexServices, OUTSIDER, type Profile } from '../../model/profile.js';
import type { UnitError } from '../../model/report.js';
import type { ServiceKind } from '../../model/service.js';
import { Engine } from '../../net/scan/engine.js';
import { type Timing, TIMINGS } from '../../net/scan/timing.js';
import { listOwnAddresses } from '../../net/sockets/addresses.js';
import { listLanInterfaces } from '../../system/lan-interfaces.js';
import { readLocalFirewall } from '../../system/local-firewall.js';
import { surveyGateways } from './survey-gateways.js';

/** What to look at from inside. */
export interface SurveyLanOptions {
  /** IPv4 addresses of gateways to read instead of the system's default ones. */
  readonly gateways?: readonly string[] | undefined;
  /** False asks only the gateways, and not everyone on each network. */
  readonly multicast?: boolean | undefined;
  /** Address of the phone system, to look at what it offers. */
  readonly pbx?: string | undefined;
  /** Whose services are looked for on the phone system. */
  readonly profile: Profile;
  readonly timing?: Timing | undefined;
  /** Where devices are searched, if not on 1900. */
  readonly ssdpPort?: number | undefined;
  /** Where gateways are asked by NAT-PMP and PCP, if not on 5351. */
  readonly natPmpPort?: number | undefined;
  /** Ends the survey; what is known then is returned. */
  readonly signal: AbortSignal;
  /** Told what is being done, in words. */
  readonly onStep?: ((step: string) => void) | undefined;
}

/** Looks at a network from inside: gateways, what they let in by their own account, and the phone system. Reads only. */
export async function surveyLan(options: SurveyLanOptions): Promise<LanSurvey> {
  const { profile, pbx: address, multicast = true, timing = TIMINGS.normal, signal, onStep = () => {} } = options;
  const startedAt = new Date().toISOString();
  const startMs = performance.now();
  const errors: UnitError[] = [];
  const engine = new Engine(timing, signal);
  try {
    const interfaces = readInterfaces(errors);
    const [found, seen, firewall] = await Promise.all([
      surveyGateways({
        ...options,
        ...{ engine, interfaces, gateways: options.gateways, endpoints: listEndpoints(profile), multicast, onStep },
      }),
      address === undefined ? null : surveyPbx({ engine, address, profile, signal }),
      readLocalFirewall(),
    ]);
    return {
      startedAt,
      durationMs: Math.round(performance.now() - startMs),
      interrupted: signal.aborted,
      firewall,
      multicast,
      interfaces,
      gateways: found.gateways,
      devices: found.devices,
      pbx: seen?.pbx ?? null,
      errors: [...errors, ...found.errors, ...(seen?.errors ?? [])],
    };
  } finally {
    await engine.close();
  }
}

/** Endpoints that are looked up at most. */
const MAX_ENDPOINTS = 48;
const KINDS: readonly ServiceKind[] = ['admin', 'sip', 'data', 'media'];

/** The endpoints of the phone system, those of its administration first. */
function listEndpoints({ services }: Profile): Endpoint[] {
  const ordered = KINDS.flatMap((kind) => services.filter((service) => service.kind === kind));
  const ids = ordered.flatMap(({ endpoints, defaultEndpoints }) => [...endpoints, ...defaultEndpoints]);
  return [...new Set(ids)].flatMap((id) => parseEndpointId(id) ?? []).slice(0, MAX_ENDPOINTS);
}

function readInterfaces(errors: UnitError[]): LanInterface[] {
  try {
    return listLanInterfaces();
  } catch (error) {
    errors.push({
      unit: 'lan/interfaces',
      message: `the system did not list its network interfaces: ${String(error)}`.slice(0, 512),
    });
    return [];
  }
}

/** Whom to look at, and for what. */
export interface SurveyPbxOptions {
  readonly engine: Engine;
  readonly address: string;
  readonly profile: Profile;
  readonly signal: AbortSignal;
}

/** Looks at the profile's services of one host on the LAN, with the probes of a check. No canaries: nothing is judged. */
async function surveyPbx(options: SurveyPbxOptions): Promise<{ pbx: PbxSurvey; errors: readonly UnitError[] }> {
  const { engine, address, profile, signal } = options;
  const plan = createPlanner({ profile, canaries: false })();
  const target = { address, input: address, name: null, resolvedAt: null, scope: addressScope(address) ?? null };
  const { observations, errors } = await surveyTarget(
    { ...target, problem: null },
    {
      engine,
      plan,
      listed: new Set(plan.map(({ endpoint }) => endpoint)),
      source: OUTSIDER,
      control: null,
      ownAddresses: listOwnAddresses(),
      signal,
    },
  );
  const services = indexServices(profile);
  const nameOf = ({ endpoint }: (typeof observations)[number]) => services.get(endpoint)?.id.slice(0, 64) || null;
  return { pbx: { address, observations: observations.map((seen) => ({ ...seen, service: nameOf(seen) })) }, errors };
}
