import { throwErrors } from '../inputs/combine-errors.js';
import { refuseLanAddress } from '../inputs/lan-address.js';
import { loadProfile } from '../inputs/profile.js';
import { parseServiceOverrides } from '../inputs/profile-overrides.js';
import { surveyLan } from '../inside/survey-lan.js';
import { digestProfile } from '../report.js';
import { chooseTiming } from '../run-options.js';
import { createSiteReport } from '../site-report.js';
import { EXIT, worstVerdict } from './exit-codes.js';
import type { LanSettings } from './lan-options.js';
import { openOutput } from './output.js';
import { readSettings } from './settings.js';
import { catchSignals } from './signals.js';
import { createStepTeller } from './tell-step.js';
import { writeSiteReport } from './write-site-report.js';

/** Looks at the network from inside as the options say; the exit code. */
export async function runLanFromOptions(args: Readonly<Record<string, unknown>>): Promise<number> {
  const settings = await readSettings('lan', args);
  refusePublicAddresses(settings);
  const services = parseServiceOverrides(settings.service ?? []);
  const profile = await loadProfile(settings.profile ?? 'closed', { services });
  const output = await openOutput(settings.output);
  const ending = catchSignals();
  try {
    const lan = await surveyLan({
      gateways: settings.gateway,
      multicast: settings.multicast,
      pbx: settings.pbx,
      profile,
      timing: chooseTiming({ timeoutMs: settings.timeout && settings.timeout * 1_000 }, profile.services.length),
      signal: ending.signal,
      onStep: createStepTeller(settings.quiet),
    });
    const { startedAt, durationMs, interrupted } = lan;
    const evidence = { lan, pbxAddress: settings.pbx ?? null, standIn: null, outside: null, checklist: null };
    const report = createSiteReport(evidence, {
      kind: 'lan',
      client: null,
      profile,
      profileDigest: digestProfile(profile),
      startedAt,
      durationMs,
      interrupted,
      earlier: [],
    });
    await writeSiteReport(report, null, settings, output);
    return EXIT[interrupted ? worstVerdict(report.verdict, 'inconclusive') : report.verdict];
  } finally {
    ending.release();
    await output.close();
  }
}

function refusePublicAddresses({ gateway = [], pbx }: LanSettings): void {
  const refuse = (option: string) => (address: string) => refuseLanAddress(address, option, 'sallyport lan') ?? [];
  throwErrors([...gateway.flatMap(refuse('--gateway')), ...(pbx === undefined ? [] : [pbx]).flatMap(refuse('--pbx'))]);
}
