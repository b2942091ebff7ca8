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
export type * from './model/endpoint.js';
export type * from './model/profile.js';
export type * from './model/report.js';
export type * from './model/severity.js';
export { createReport, digestProfile } from './report.js';
export { VERSION } from './version.js';
