import { joinReports } from '../../../src/check/judge/join-reports.js';
import { judgeSurvey, type ReportOptions } from '../../../src/check/judge/judge-survey.js';
import { sayReport } from '../../../src/check/judge/say-report.js';
import type { Access, Profile } from '../../../src/model/profile.js';
import type { Report, Survey, VantageLook } from '../../../src/model/report.js';
import type { ServiceId } from '../../../src/model/service.js';
import { profile } from '../rules/build-survey.js';

/** A profile of which a source of its own is let in to some services, and outsiders to none. */
export function restricted(source: string, access: Partial<Record<ServiceId, Access>>): Profile {
  const bare = profile({ sources: { [source]: { title: `the ${source}`, cidrs: [] } } });
  const services = bare.services.map((service) => {
    const own = access[service.id as ServiceId];
    return own ? { ...service, access: { ...service.access, [source]: own } } : service;
  });
  return { ...bare, services };
}

/** What reports are judged by. */
export function optionsFor(by: Profile, more: Partial<ReportOptions> = {}): ReportOptions {
  return { profile: by, profileDigest: '', authorization: null, failOn: 'low', ...more };
}

/** What each vantage saw, by its name; null if it could not look. */
export type Seen = Readonly<Record<string, Survey | null>>;

/** The looks of vantages, each judged by itself. */
export function looksOf(seen: Seen, options: ReportOptions): VantageLook[] {
  return Object.entries(seen).map(([name, survey]) => ({
    name,
    report: survey && judgeSurvey(survey, options),
    trouble: survey ? null : 'the worker is away',
  }));
}

/** The joined report, in words. */
export function join(seen: Seen, by: Profile, more: Partial<ReportOptions> = {}): Report {
  const options = optionsFor(by, more);
  const joined = joinReports(looksOf(seen, options), options);
  if (!joined) throw new Error('no vantage looked');
  return sayReport(joined);
}
