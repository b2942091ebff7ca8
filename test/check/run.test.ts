import { describe, expect, jest, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { check, createReport, digestProfile, loadProfile, type Report } from '../../src/index.js';
import { SITES } from '../../src/lab/sites.js';
import type { Site } from '../../src/lab/start-site.js';
import { startSilentTcp } from '../lab-sites/start-silent-tcp.js';
import { Engine } from '../../src/net/scan/engine.js';
import { TIMINGS } from '../../src/net/scan/timing.js';
import type { Probe } from '../../src/check/probes/probe.js';
import { PROBES } from '../../src/check/probes/registry.js';
import { judge } from './rules/build-survey.js';
import { RULES } from '../../src/check/rules/registry.js';
import type { Facts } from '../../src/check/rules/facts.js';
import type { Rule } from '../../src/check/rules/rule.js';
import { surveyTarget } from '../../src/check/survey/survey-target.js';
import { keep, stopAfterEach } from '../lab-sites/running.js';
import { checkAll, checkOne, checkSite, requireValid, startAt } from './checking.js';

stopAfterEach();

describe('an abort', () => {
  test('ends a check at once with what is known, marked as cut off', async () => {
    const { ports } = keep(await startSilentTcp(2, '127.0.33.1'));
    const abort = new AbortController();
    const list = `${ports.map((port) => `T:${port}`).join(',')},T:1`;
    const pending = checkOne('127.0.33.1', { ports: list, timeoutMs: 60_000, retries: 10, signal: abort.signal });
    await sleep(1_000);
    abort.abort();
    const report = await pending;
    expect(report).toMatchObject({ interrupted: true, verdict: 'inconclusive' });
    const cut = report.observations.filter(({ reason }) => reason === 'cut-off').map(({ endpoint }) => endpoint);
    expect(cut).toEqual(expect.arrayContaining(ports.map((port) => `tcp/${port}`)));
    expect(report.observations.find(({ endpoint }) => endpoint === 'tcp/1')).toMatchObject({ state: 'closed' });
  });

  test('lets a violation that was seen stand', async () => {
    const site = await startAt('127.0.33.2', SITES.dmz);
    const { ports } = keep(await startSilentTcp(1, '127.0.33.2'));
    const webpro = site.services['webpro']![0]!;
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 1_000);
    const report = await checkSite(site, {
      ports: `T:${webpro},T:${ports[0]}`,
      timeoutMs: 60_000,
      retries: 10,
      timing: 'polite',
      signal: abort.signal,
    });
    expect(report).toMatchObject({ interrupted: true, verdict: 'violation' });
  });

  test('before the start yields no report, and reads no further target', async () => {
    const read = jest.fn();
    async function* targets() {
      for (let i = 1; i < 100; i++) {
        read();
        yield Promise.resolve(`127.0.33.${i}`);
      }
    }
    const reports = await checkAll({ targets: targets(), authorizedBy: 'test', signal: AbortSignal.abort() });
    expect(reports).toEqual([]);
    expect(read.mock.calls.length).toBeLessThan(20);
  });
});

describe('several targets', () => {
  test('a range gives a report for each address, and progress for each report', async () => {
    const progress = jest.fn();
    const authorizedBy = 'the test, today';
    const reports = await checkAll({ targets: ['127.0.34.1-20'], authorizedBy, onProgress: progress });
    expect(new Set(reports.map(({ target }) => target.address))).toEqual(
      new Set(Array.from({ length: 20 }, (_, i) => `127.0.34.${i + 1}`)),
    );
    expect(new Set(reports.map(({ verdict }) => verdict))).toEqual(new Set(['compliant']));
    expect(reports.every(({ authorization }) => authorization === authorizedBy)).toBe(true);
    expect(progress.mock.calls.map(([state]) => state)).toEqual(
      Array.from({ length: 20 }, (_, i) => ({ finished: i + 1, total: 20 })),
    );
  });

  test('each is judged by what is its own', async () => {
    const other = await startAt('127.0.34.22', SITES.dmz);
    const webproOf = (one: Site) => one.services['webpro']![0]!;
    let site = await startAt('127.0.34.23', SITES.dmz);
    // The system may give out a port that the other site has for something else.
    while (other.endpoints.includes(`tcp/${webproOf(site)}`)) site = await startAt('127.0.34.23', SITES.dmz);
    const reports = await checkAll({
      targets: ['127.0.34.22-24'],
      exclude: ['127.0.34.24'],
      ports: `T:${webproOf(site)}`,
      canaries: false,
    });
    expect(new Map(reports.map(({ target, verdict }) => [target.address, verdict]))).toEqual(
      new Map([
        ['127.0.34.22', 'compliant'],
        ['127.0.34.23', 'violation'],
      ]),
    );
  });

  test('reports come as they finish, and a stream of targets is read no faster than reports are taken', async () => {
    let read = 0;
    async function* endless() {
      for (;;) {
        read++;
        yield await Promise.resolve(`127.0.${35 + (read >> 7)}.${1 + (read & 127)}`);
      }
    }
    const options = { allowSpecial: true, authorizedBy: 'test', maxSockets: 32, ports: 'T:1', canaries: false };
    const reports: Report[] = [];
    for await (const report of check({ targets: endless(), ...options })) {
      if (reports.push(report) === 5) break;
    }
    expect(reports).toHaveLength(5);
    // Some are under way, as many are asked again, and some wait to be taken.
    expect(read).toBeLessThan(120);
  });

  test('bad input late in a stream is thrown after the reports of what was begun', async () => {
    const reports: Report[] = [];
    const late = async () => {
      const targets = (async function* () {
        yield await Promise.resolve('127.0.34.31');
        yield '127.0.34.32';
        yield 'not a target';
      })();
      for await (const report of check({ targets, allowSpecial: true, ports: 'T:1' })) reports.push(report);
    };
    await expect(late()).rejects.toThrow('"not a target"');
    expect(reports).toHaveLength(2);
  });
});

describe('a crash of our own', () => {
  const closed = loadProfile('closed');
  const options = async () => {
    const profile = await closed;
    return { profile, profileDigest: digestProfile(profile), authorization: null, failOn: 'low' as const };
  };

  /** Surveys a loopback address with the given probe and a sound one. */
  async function surveyWith(probe: Probe, port: number) {
    const engine = new Engine(TIMINGS.normal);
    try {
      return await surveyTarget(
        { input: 'x', address: '127.0.33.9', name: null, resolvedAt: null, scope: 'loopback', problem: null },
        {
          engine,
          plan: [
            { endpoint: `tcp/${port}`, port, probe },
            { endpoint: 'tcp/2', port: 2, probe: PROBES['tcp-banner'] },
          ],
          listed: new Set(),
          source: 'outsider',
          control: null,
          ownAddresses: new Set(),
          signal: new AbortController().signal,
        },
      );
    } finally {
      await engine.close();
    }
  }

  const fail = (): never => {
    throw new Error('broken probe');
  };
  test.each<[string, Probe['run']]>([
    ['crashes', (_engine, _host, _port, watcher) => watcher.crashed(new Error('broken probe'))],
    ['throws', fail],
    [
      'rejects while it talks',
      (engine, host, port, watcher) =>
        engine.watchTcp(host, port, watcher, () => Promise.reject(new Error('broken probe'))),
    ],
    ['throws while it talks', (engine, host, port, watcher) => engine.watchTcp(host, port, watcher, fail)],
  ])('in a probe that %s is an error entry and no verdict', async (_how, run) => {
    const site = await startAt('127.0.33.9', SITES.dmz);
    const port = site.services['pcpro']![0]!;
    const survey = await surveyWith({ ...PROBES['tcp-banner'], run }, port);
    const report = createReport(survey, await options());
    requireValid(report);
    expect(report.errors).toEqual([{ unit: 'probe/tcp-banner', message: `tcp/${port}: Error: broken probe` }]);
    expect(report.observations.map(({ state, reason }) => `${state}/${reason}`).sort()).toEqual([
      'closed/conn-refused',
      'error/internal',
    ]);
    expect(report.verdict).toBe('inconclusive');
  });

  test('in a rule is an error entry and no verdict; the other rules still speak', async () => {
    const broken: Rule<Facts> = {
      id: 'broken-rule',
      title: 'breaks',
      severity: 'low',
      explain: '',
      about: 'exposure',
      fixedBy: ['dealer'],
      find: () => {
        throw new Error('broken rule');
      },
    };
    const survey = await surveyWith(PROBES['tcp-banner'], 1);
    const { verdict, errors, findings } = judge(survey, await closed, { failOn: 'low', rules: [broken, ...RULES] });
    expect(errors).toEqual([{ unit: 'rule/broken-rule', message: 'broken rule' }]);
    expect(verdict).toBe('inconclusive');
    expect(findings.map(({ rule }) => rule)).toContain('vantage-inside');
  });
});
