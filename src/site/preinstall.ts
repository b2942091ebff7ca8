import { lookFromOutside, type LookOutsideOptions } from './outside/look-outside.js';
import { surveyLan, type SurveyLanOptions } from './lan/survey-lan.js';
import type { ChecklistState } from '../model/checklist.js';
import type { Firewall } from '../model/lan.js';
import type { SiteReport, SiteReportData } from '../model/site.js';
import { digestProfile } from '../check/judge/judge-survey.js';
import { createSiteReport } from './judge/say-site-report.js';

/** What is looked at before a phone system goes in, and from where. */
export interface PreinstallOptions extends Omit<LookOutsideOptions, 'signal'> {
  /** The user says that this machine's own firewall lets in what the stand-in waits for. */
  readonly firewallAttested?: boolean | undefined;
  /** How the network is looked at from inside. */
  readonly lan?: Pick<SurveyLanOptions, 'gateways' | 'multicast' | 'ssdpPort' | 'natPmpPort'>;
  /** Whose site it is; null if that was not told. */
  readonly client?: string | null;
  readonly checklist?: ChecklistState | null;
  /** Reports of earlier runs at this site, oldest first: they tell since when something is so. */
  readonly earlier?: readonly SiteReportData[];
  readonly signal?: AbortSignal;
}

/**
 * Looks at a site from inside and outside at once, and judges what both saw together. Ends early with what is known
 * where the signal says so.
 */
export async function preinstall(options: PreinstallOptions): Promise<SiteReport> {
  const { profile, pbxAddress, client = null, checklist = null, earlier = [], firewallAttested = false } = options;
  const signal = options.signal ?? new AbortController().signal;
  const startedAt = new Date().toISOString();
  const startMs = performance.now();
  const [lan, { outside, standIn }] = await Promise.all([
    surveyLan({ ...options.lan, profile, signal }),
    lookFromOutside({ ...options, signal }),
  ]);
  return createSiteReport(
    {
      ...{ lan, pbxAddress, outside, checklist },
      standIn: standIn && { ...standIn, firewall: attestFirewall(lan.firewall, firewallAttested) },
    },
    {
      kind: 'preinstall',
      client,
      profile,
      profileDigest: digestProfile(profile),
      startedAt,
      durationMs: Math.round(performance.now() - startMs),
      interrupted: signal.aborted,
      earlier,
    },
  );
}

/** The user's word counts where the system does not say by itself that the firewall is off. */
function attestFirewall(read: Firewall, attested: boolean): Firewall {
  if (!attested || read.state === 'off') return read;
  return { state: 'attested-off', detail: `said by the user; read: ${read.detail}`.slice(0, 512) };
}
