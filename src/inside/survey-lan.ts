import type { LanInterface, LanSurvey } from '../model/lan.js';
import type { Profile } from '../model/profile.js';
import type { UnitError } from '../model/report.js';
import { Engine } from '../net/engine.js';
import { type Timing, TIMINGS } from '../net/timing.js';
import { listLanInterfaces } from './lan-interfaces.js';
import { readLocalFirewall } from './local-firewall.js';
import { surveyGateways } from './survey-gateways.js';
import { surveyPbx } from './survey-pbx.js';

/** What to look at from inside. */
export interface SurveyLanOptions {
  /** IPv4 addresses of gateways to read instead of the system's default ones. */
  readonly gateways?: readonly string[] | undefined;
  /** False asks only the gateways, and not everybody on each network. */
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
  const engine = new Engine(timing);
  const cutOff = (): void => engine.cutOff();
  signal.addEventListener('abort', cutOff, { once: true });
  if (signal.aborted) cutOff();
  try {
    const interfaces = readInterfaces(errors);
    const [found, seen, firewall] = await Promise.all([
      surveyGateways({ ...options, engine, interfaces, gateways: options.gateways, multicast, onStep }),
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
    signal.removeEventListener('abort', cutOff);
    await engine.close();
  }
}

function readInterfaces(errors: UnitError[]): LanInterface[] {
  try {
    return listLanInterfaces();
  } catch (error) {
    errors.push({
      unit: 'lan/interfaces',
      message: `the system did not tell its interfaces: ${String(error)}`.slice(0, 512),
    });
    return [];
  }
}
