import { requireLanAddresses } from '../files/targets/lan-address.js';
import { loadProfile } from '../files/profiles/profile.js';
import { parseServiceOverrides } from '../files/profiles/profile-overrides.js';
import { surveyLan } from '../site/lan/survey-lan.js';
import { digestProfile } from '../check/judge/judge-survey.js';
import { chooseTiming } from '../check/run/run-options.js';
import { createSiteReport } from '../site/judge/say-site-report.js';
import { EXIT } from './exit-codes.js';
import { openOutput } from './output.js';
import { readSettings } from './settings.js';
import { catchSignals } from './signals.js';
import { createStepTeller } from './tell-step.js';
import { writeSiteReport } from './write-site-report.js';

/** Looks at the network from inside as the options say; the exit code. */
export async function runLanFromOptions(args: Readonly<Record<string, unknown>>): Promise<number> {
  const settings = await readSettings('lan', args);
  const { gateway = [], pbx } = settings;
  requireLanAddresses({ '--gateway': gateway, '--pbx': pbx === undefined ? [] : [pbx] }, 'sallyport lan');
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
    return EXIT[report.verdict];
  } finally {
    ending.release();
    await output.close();
  }
}
