import { digestProfile } from '../../check/judge/judge-survey.js';
import { chooseTiming } from '../../check/run/run-options.js';
import { parseServiceOverrides } from '../../files/profiles/profile-overrides.js';
import { loadProfile } from '../../files/profiles/profile.js';
import { requireLanAddresses } from '../../files/targets/targets.js';
import { SITE_REPORTERS } from '../../reports/site-reporters.js';
import { createSiteReport } from '../../site/judge/say-site-report.js';
import { surveyLan } from '../../site/lan/survey-lan.js';
import { readBrand } from '../kit/brand.js';
import { PROFILE, TIMEOUT } from '../kit/check-options.js';
import { defineCommand } from '../kit/command.js';
import { catchSignals, EXIT } from '../kit/ending.js';
import { inGroup } from '../kit/option.js';
import { chooseFormat } from '../kit/format.js';
import { openReport, tellWritten } from '../kit/output.js';
import { createStepTeller } from '../kit/progress.js';
import { GATEWAYS, SITE_FORMAT, SITE_OUTPUT } from '../kit/site-options.js';
import { chooseStyle } from '../kit/terminal.js';

/** `sallyport lan`: a network from inside. */
export const command = defineCommand({
  options: {
    ...inGroup('The network:', {
      ...GATEWAYS,
      pbx: { value: 'ADDRESS', describe: 'Address of the phone system, to see what it offers on the LAN' },
      ...PROFILE,
      ...TIMEOUT,
    }),
    ...SITE_OUTPUT,
  },
  configurable: true,
  examples: [
    ['lan', 'What do the default gateway and its UPnP let in?'],
    ['lan --pbx 192.168.1.10', 'The same, and what the phone system offers on the LAN'],
  ],
  notes: ['Exit codes: 0 compliant, 1 violation, 2 usage or internal error, 3 inconclusive'],
  async run(settings) {
    const { gateway = [], pbx = null, timeout } = settings;
    requireLanAddresses({ '--gateway': gateway, '--pbx': pbx === null ? [] : [pbx] }, 'sallyport lan');
    const services = parseServiceOverrides(settings.service ?? []);
    const profile = await loadProfile(settings.profile ?? 'closed', { services });
    const format = chooseFormat(settings, SITE_FORMAT.format);
    const brand = await readBrand(settings, format);
    const output = await openReport(settings.output, settings.force);
    const ending = catchSignals();
    try {
      const lan = await surveyLan({
        gateways: settings.gateway,
        multicast: settings.multicast,
        pbx: settings.pbx,
        profile,
        timing: chooseTiming({ timeoutMs: timeout && timeout * 1_000 }, profile.services.length),
        signal: ending.signal,
        onStep: createStepTeller(settings.quiet),
      });
      const { startedAt, durationMs, interrupted } = lan;
      const evidence = { lan, pbxAddress: pbx, standIn: null, outside: null, checklist: null };
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
      const style = { ...chooseStyle(output, settings.color), full: settings.full, brand };
      await output.write(SITE_REPORTERS[format](report, null, style));
      await output.close();
      tellWritten(report.verdict.toUpperCase(), '', settings);
      return EXIT[report.verdict];
    } finally {
      ending.release();
      await output.close();
    }
  },
});
