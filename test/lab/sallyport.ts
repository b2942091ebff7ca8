import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { reportSchema, type Observation, type Report } from '../../src/model/report.js';
import { PUBLIC } from './topology.js';
import type { Namespace, Outcome } from './namespace.js';

const CLI = join(process.cwd(), 'bin/sallyport.js');

/** How a check is run, apart from its arguments. */
export interface CheckOptions {
  readonly target?: string;
  /** Limit of open files (`ulimit -n`). */
  readonly openFiles?: number;
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs `sallyport` in a namespace. */
export function runSallyport(
  namespace: Namespace,
  args: readonly string[],
  options: CheckOptions = {},
): Promise<Outcome> {
  const limit = options.openFiles === undefined ? '' : `ulimit -n ${options.openFiles}; `;
  return namespace.run(
    ['bash', '-c', `${limit}exec "$@"`, 'sallyport', process.execPath, CLI, ...args],
    options.onStart ? { onStart: options.onStart } : {},
  );
}

/** A check's outcome with its report. */
export interface Checked extends Outcome {
  readonly report: Report;
}

/** Runs `sallyport check` on the site's public address (or `target`) and validates its report. */
export async function checkFrom(
  namespace: Namespace,
  args: readonly string[] = [],
  options: CheckOptions = {},
): Promise<Checked> {
  const target = options.target ?? PUBLIC;
  const command = ['check', target, '--allow-special', '--format', 'json', '--no-color', '--quiet', ...args];
  const outcome = await runSallyport(namespace, command, options);
  try {
    return { ...outcome, report: reportSchema.parse(JSON.parse(outcome.stdout)) };
  } catch (error) {
    throw new Error(
      `no report (exit ${outcome.code})
${outcome.stderr}
${outcome.stdout.slice(0, 2000)}`,
      { cause: error },
    );
  }
}

/** The state and reason of every endpoint, such as `{ 'tcp/80': 'open/syn-ack' }`. */
export function statesOf(report: Report): Record<string, string> {
  return Object.fromEntries(report.observations.map(({ endpoint, state, reason }) => [endpoint, `${state}/${reason}`]));
}

/** Whether an observation is of a port on which nothing is expected. */
export function isCanary({ probe }: Observation): boolean {
  return probe.startsWith('canary-');
}

/** All endpoints of a report whose state is none of `states`, canaries included. */
export function statesBeside(report: Report, ...states: readonly string[]): string[] {
  return report.observations
    .filter(({ state, reason }) => !states.includes(`${state}/${reason}`))
    .map(({ endpoint, state, reason }) => `${endpoint} ${state}/${reason}`);
}

/** The observation of one endpoint. */
export function observationOf(report: Report, endpoint: string): Report['observations'][number] {
  const found = report.observations.find((observation) => observation.endpoint === endpoint);
  if (!found) throw new Error(`${endpoint} was not observed`);
  return found;
}

/** The ids of the rules that found something, without repeats. */
export function rulesOf(report: Report): string[] {
  return [...new Set(report.findings.map(({ rule }) => rule))];
}
