import { basename, dirname } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { judge, profile, site, survey } from '../../check/rules/build-survey.js';
import { addSweep, client } from '../../cli/filled-store.js';
import type { AskedState } from '../../../src/model/report.js';
import { servePages } from '../serve.js';

const CONTROL = 'control.example:443';

/** Looks with what the control endpoint said before and after them, oldest first. */
type Asked = readonly (readonly [endpoint: string, before: AskedState, after: AskedState | null])[];

/** The page of an installation whose checks asked control endpoints; what it says of them. */
async function readControls(asked: Asked, control: string | null = CONTROL): Promise<string> {
  const { browse, store } = await servePages({ control });
  for (const [index, [endpoint, before, after]] of asked.entries())
    await addSweep(store.path, `2026-11-0${index + 1}T03:00:00.000Z`, [
      {
        client: client('acme'),
        survey: survey(site(), { durationMs: 2_000, vantage: { control: { endpoint, before, after } } }),
      },
    ]);
  const { status, text } = await browse('/operator');
  expect(status).toBe(200);
  const part = text.slice(text.indexOf('data-part="control"'), text.indexOf('>Schedules<'));
  return part.replace(/<[^>]*>/g, '|').replace(/\|+/g, '|');
}

describe('the operator is told of the control endpoint', () => {
  test('that there is none', async () => {
    const said = await readControls([], null);
    expect(said).toContain('NO CONTROL.');
    expect(said).toContain('None of the last 50 checks had a control endpoint.');
  });

  test('that it was not asked yet', async () => {
    expect(await readControls([])).toContain(`${CONTROL} was not asked by any of the last checks`);
  });

  test('that it answers, and when it did last', async () => {
    const said = await readControls([
      [CONTROL, 'answered', 'silent'],
      [CONTROL, 'answered', 'answered'],
    ]);
    expect(said).toContain(`|${CONTROL}|answered|2026-11-02 03:00:02 UTC|2026-11-02 03:00:02 UTC|1 of 2|yes|`);
    expect(said).not.toContain('may have failed');
    expect(said).not.toContain('NO CONTROL');
  });

  test('that it did not answer the last time, beside another that does', async () => {
    const said = await readControls([
      ['other.example:80', 'answered', null],
      [CONTROL, 'answered', 'answered'],
      [CONTROL, 'silent', null],
    ]);
    expect(said).toContain(`${CONTROL} did not answer the last time: our own line may have failed`);
    expect(said).toContain(`|${CONTROL}|did not answer|2026-11-03 03:00:00 UTC|2026-11-02 03:00:02 UTC|1 of 2|yes|`);
    expect(said).toContain('|other.example:80|answered|2026-11-01 03:00:00 UTC|2026-11-01 03:00:00 UTC|1 of 1|no|');
  });
});

test('the operator is told how much is in the store', async () => {
  const { browse, store } = await servePages();
  for (const day of [1, 2])
    await addSweep(store.path, `2026-11-0${day}T03:00:00.000Z`, [{ client: client('acme'), survey: survey(site()) }]);
  const { text } = await browse('/operator');
  const { path, bytes: _, ...size } = await store.measure();
  const { counts, oldest, newest, chains } = await store.info();
  expect(size).toEqual({ results: counts.results, oldest, newest, chains: { clients: 1, records: 2 } });
  expect(chains).toMatchObject(size.chains);
  for (const part of [basename(path), '2 records of 1 client', '2026-11-01 03:00:00 UTC', '2026-11-02 03:00:00 UTC'])
    expect(text).toContain(part);
  expect(text).not.toContain(dirname(path));
});

test('a sweep is counted again as long as it goes on', async () => {
  const { send, store } = await servePages();
  const read = async () => {
    const { sweeps } = JSON.parse((await send({ path: '/api/v1/sweeps' })).text) as { sweeps: object[] };
    return sweeps[0];
  };
  const owner = { host: 'test', pid: process.pid };
  const startedAt = new Date('2026-11-01T03:00:00Z');
  const plan = { inventory: '/clients.yaml', filter: {}, owner, startedAt };
  const clients = [client('acme'), client('bolt')];
  const { id: sweepId } = await store.beginSweep(plan, clients);
  const report = judge(survey(site()), profile(), { failOn: 'low' });
  for (const [index, one] of clients.entries()) {
    expect(await read()).toMatchObject({ state: 'running', clientsWithResults: index });
    await store.write((tx) => tx.addResult({ sweepId, client: one, slot: '203.0.113.7', report, final: true }));
  }
  await store.finishSweep(sweepId, 'finished', startedAt);
  expect(await read()).toMatchObject({ state: 'finished', clientsWithResults: 2, verdicts: { compliant: 2 } });
  expect(await read()).toMatchObject({ state: 'finished', clientsWithResults: 2, verdicts: { compliant: 2 } });
});

test('the operator is told where the store is, without a directory', async () => {
  const { browse, store } = await servePages();
  const { text } = await browse('/operator');
  expect(text).toContain(`<dt>File</dt><dd>${basename(store.path)}</dd>`);
  expect(text).not.toContain(dirname(store.path));
});
