import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import type { Report } from '../../src/index.js';
import { requireValid } from './checking.js';

const SCRIPT = fileURLToPath(new URL('../../.processes/few-descriptors.js', import.meta.url));

/** Checks a loopback address on which nothing listens, in a process that is short of descriptors. */
async function checkShort(address: string, free: number, speed: number, releaseMs?: number): Promise<Report> {
  const args = [SCRIPT, address, String(free), String(speed), ...(releaseMs === undefined ? [] : [String(releaseMs)])];
  const command = ['-c', 'ulimit -n 128; exec "$@"', 'bash', process.execPath, ...args];
  const { stdout } = await promisify(execFile)('bash', command);
  const report: unknown = JSON.parse(stdout);
  requireValid(report);
  return report;
}

/** All states; of udp/5060 only an error, for another check on this machine may ask from that port just now. */
const statesOf = ({ observations }: Report) => {
  const sure = observations.filter(({ endpoint, state }) => endpoint !== 'udp/5060' || state === 'error');
  return [...new Set(sure.map(({ state, reason }) => `${state}/${reason}`))].sort();
};

const KNOWN = ['closed/conn-refused', 'closed/port-unreach'];

test.concurrent('with few descriptors, probes wait for each other, and every state is right', async () => {
  const report = await checkShort('127.0.38.1', 3, 1);
  expect(statesOf(report)).toEqual(KNOWN);
  expect(report.verdict).toBe('compliant');
});

test.concurrent('a passing want of descriptors costs time, and no state', async () => {
  const report = await checkShort('127.0.38.2', 0, 1, 1_500);
  expect(report.durationMs).toBeGreaterThan(1_400);
  expect(statesOf(report)).toEqual(KNOWN);
  expect(report.verdict).toBe('compliant');
});

test.concurrent('a lasting one is an error of ours, and never compliant', async () => {
  const report = await checkShort('127.0.38.3', 0, 10);
  expect(statesOf(report)).toEqual(['error/fd-limit']);
  expect(report.verdict).toBe('inconclusive');
  expect(report.undetermined.some(({ why, blocking }) => blocking && why.includes('ulimit -n'))).toBe(true);
});
