/**
 * The library: the same checks as the command line, headless.
 *
 * @example
 * for await (const report of check({ targets: ['203.0.113.7'], profile: 'sip-trunk' })) console.log(report.verdict);
 */
export { check, prepareCheck, runCheck } from './check/run/check.js';
export type { CheckOptions, CheckProgress, PreparedCheck, RunOptions } from './check/run/check.js';
export { InputError } from './files/text/input-error.js';
export { listProfiles, loadProfile } from './files/profiles/profile.js';
export { surveyLan } from './site/lan/survey-lan.js';
export type { SurveyLanOptions } from './site/lan/survey-lan.js';
export { VantageClient } from './site/outside/vantage-client.js';
export type { VantageClientOptions } from './site/outside/vantage-client.js';
export { VantageError } from './site/outside/vantage-error.js';
export type * from './model/endpoint.js';
export type * from './model/lan.js';
export type * from './model/profile.js';
export type * from './model/report.js';
export type * from './model/severity.js';
export type * from './model/site.js';
export { preinstall } from './site/preinstall.js';
export type { PreinstallOptions } from './site/preinstall.js';
export { createReport } from './check/judge/say-report.js';
export { digestProfile } from './check/judge/judge-survey.js';
export { createSiteReport } from './site/judge/say-site-report.js';
export type { SiteReportOptions } from './site/judge/judge-site.js';
export { VERSION } from './version.js';
