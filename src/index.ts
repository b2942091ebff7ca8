/**
 * The library: the same checks as the command line, headless.
 *
 * @example
 * for await (const report of check({ targets: ['203.0.113.7'], profile: 'sip-trunk' })) console.log(report.verdict);
 */
export { check, prepareCheck, runCheck } from './check.js';
export type { CheckOptions, CheckProgress, PreparedCheck, RunOptions } from './check.js';
export { InputError } from './inputs/input-error.js';
export { listProfiles, loadProfile } from './inputs/profile.js';
export { surveyLan } from './inside/survey-lan.js';
export type { SurveyLanOptions } from './inside/survey-lan.js';
export { VantageClient } from './inside/vantage-client.js';
export type { VantageClientOptions } from './inside/vantage-client.js';
export { VantageError } from './inside/vantage-error.js';
export type * from './model/endpoint.js';
export type * from './model/lan.js';
export type * from './model/profile.js';
export type * from './model/report.js';
export type * from './model/severity.js';
export type * from './model/site.js';
export { preinstall } from './preinstall.js';
export type { PreinstallOptions } from './preinstall.js';
export { createReport, digestProfile } from './report.js';
export { createSiteReport } from './site-report.js';
export type { SiteReportOptions } from './site-report.js';
export { VERSION } from './version.js';
