import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADMIN_TOKEN, createNonce, NOW, OPERATOR_TOKEN, OTHER_TOKEN, readError, runApp, TOKEN } from './run-app.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'invites-'))));
afterAll(() => rm(folder, { recursive: true }));
let count = 0;

/** An app with invites, on a clock that can be moved. */
async function run(options: Parameters<typeof runApp>[0] = {}) {
  const clock = { now: NOW };
  const path = join(folder, `invites-${count++}`);
  const app = await runApp({ invites: path, now: () => clock.now, ...options });
  const invite = (body: object = {}, token = OPERATOR_TOKEN) =>
    app.post('/v1/invites', { client: 'acme', profile: 'sip-trunk', ...body }, { token });
  const makeCode = async (body: object = {}): Promise<{ id: string; code: string; expiresAt: string }> => {
    const { text } = await invite(body);
    return JSON.parse(text) as { id: string; code: string; expiresAt: string };
  };
  const redeem = (code: string, from = '127.0.0.1') =>
    app.send({ method: 'POST', path: '/v1/jobs', body: JSON.stringify({ code }), from });
  return { ...app, clock, path, invite, makeCode, redeem };
}

const NOT_VALID = 'this code is not valid: it may be mistyped, used or expired; ask for a new one';
const TOO_MANY = 'too many wrong codes were tried: try again in a minute';

describe('POST /v1/invites', () => {
  test('makes a code for an operator and an admin, for no one else', async () => {
    const { invite, makeCode } = await run();
    const made = await makeCode({ seconds: 3_600 });
    expect(made.code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(made.expiresAt).toBe('2026-11-22T13:00:00.000Z');
    expect((await invite({}, ADMIN_TOKEN)).status).toBe(200);
    const refused = await invite({}, TOKEN);
    expect(refused.status).toBe(403);
    expect(readError(refused)).toMatch(/this token may not invite others/);
    expect((await invite({}, 'spt_wrong')).status).toBe(401);
  });

  test.each<[object, RegExp]>([
    [{ client: '../x' }, /is not a client id/],
    [{ profile: 'none' }, /there is no profile "none"/],
    [{ source: 'nowhere' }, /has no source "nowhere"/],
    [{ seconds: 10 }, /body\.seconds/],
    [{ addresses: ['example.com'] }, /body\.addresses/],
    [{ address: '203.0.113.7' }, /unknown key "address"/],
  ])('refuses %j', async (body, problem) => {
    const { invite, path } = await run();
    const answer = await invite(body);
    expect(answer.status).toBe(400);
    expect(readError(answer)).toMatch(problem);
    expect(await readdir(path)).toEqual(['key']);
  });

  test('makes nothing a second time for a nonce that was used', async () => {
    const { invite, path } = await run();
    const nonce = createNonce();
    expect((await invite({ nonce })).status).toBe(200);
    expect((await invite({ nonce })).status).toBe(409);
    expect(await readdir(path)).toHaveLength(2);
  });

  test('is not there without a folder', async () => {
    const { post } = await runApp();
    const answer = await post('/v1/invites', { client: 'acme', profile: 'closed' }, { token: OPERATOR_TOKEN });
    expect(readError(answer)).toBe('this vantage has no invites');
  });
});

describe('GET /v1/invites/ID', () => {
  test('shows its maker and an admin what became of it, and no one else', async () => {
    const { makeCode, redeem, send, clock } = await run();
    const { id, code } = await makeCode();
    const state = async (token: string) => send({ path: `/v1/invites/${id}`, token });
    expect(JSON.parse((await state(OPERATOR_TOKEN)).text)).toMatchObject({
      id,
      client: 'acme',
      state: 'open',
      use: null,
    });
    expect((await state(OTHER_TOKEN)).status).toBe(404);
    await redeem(code, '127.0.0.9');
    const use = { kind: 'preinstall', address: '127.0.0.9', at: NOW.toISOString() };
    expect(JSON.parse((await state(ADMIN_TOKEN)).text)).toMatchObject({ state: 'used', use, report: null });
    expect((await state(ADMIN_TOKEN)).text).not.toMatch(/Hash|secret/);
    clock.now = new Date(NOW.getTime() + 86_400_000);
    const other = await makeCode({ seconds: 60 });
    clock.now = new Date(clock.now.getTime() + 60_000);
    const expired = await send({ path: `/v1/invites/${other.id}`, token: OPERATOR_TOKEN });
    expect(JSON.parse(expired.text)).toMatchObject({ state: 'expired' });
  });

  test.each(['..%2f..%2fetc%2fpasswd', '%2e%2e', 'key', '0'.repeat(20), '0%00', 'x'.repeat(64)])(
    'knows nothing of %s',
    async (id) => {
      const { send, troubles } = await run();
      const answer = await send({ path: `/v1/invites/${id}`, token: OPERATOR_TOKEN });
      expect([400, 404]).toContain(answer.status);
      expect(troubles).toEqual([]);
    },
  );
});

describe('POST /v1/jobs', () => {
  test('gives the job of a code once, with a token that is valid for its time', async () => {
    const { makeCode, redeem, send, accesses, clock, path } = await run();
    const { code, id } = await makeCode({ source: 'outsider' });
    const answer = await redeem(code.toLowerCase().replace('-', ' '));
    expect(answer.status).toBe(200);
    const job = JSON.parse(answer.text) as { token: string; until: string };
    expect(job).toMatchObject({ client: 'acme', source: 'outsider', profile: { name: 'sip-trunk' } });
    expect((await send({ token: job.token })).status).toBe(200);
    expect(accesses.at(-1)).toMatchObject({ token: `invite-${id}`, route: '/v1/whoami' });
    expect(readError(await redeem(code))).toBe(NOT_VALID);
    for (const token of [`${job.token}x`, job.token.replace('spj_', 'spt_'), `spj_${'0'.repeat(20)}-${'x'.repeat(32)}`])
      expect((await send({ token })).status).toBe(401);
    // It invites no one.
    const invited = await send({
      ...{ method: 'POST', path: '/v1/invites', token: job.token },
      body: JSON.stringify({ nonce: createNonce(), client: 'x', profile: 'closed' }),
    });
    expect(invited.status).toBe(403);
    clock.now = new Date(job.until);
    expect((await send({ token: job.token })).status).toBe(401);
    const [file = ''] = (await readdir(path)).filter((name) => name.endsWith('.json'));
    expect(await readFile(join(path, file), 'utf8')).not.toContain(job.token.slice(-32));
    expect(JSON.stringify(accesses)).not.toContain(job.token);
  });

  test('tells a used, an expired and a wrong code alike', async () => {
    const { makeCode, redeem, clock } = await run();
    const [used, expired] = [await makeCode(), await makeCode({ seconds: 60 })];
    await redeem(used.code);
    clock.now = new Date(NOW.getTime() + 60_000);
    const answers = await Promise.all([used.code, expired.code, '0000-0000'].map((code) => redeem(code)));
    for (const answer of answers) {
      expect([answer.status, readError(answer)]).toEqual([403, NOT_VALID]);
      expect(answer.headers).toEqual({ ...answers[0]!.headers, date: expect.any(String) });
    }
  });

  test('lets exactly one of many have a code at the same moment', async () => {
    const { makeCode, redeem } = await run();
    const { code } = await makeCode();
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((host) => redeem(code, `127.0.0.${host}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403, 403, 403]);
  });

  test('allows few wrong codes a minute, over all addresses together, many at once too', async () => {
    const { makeCode, redeem, clock } = await run();
    const { code } = await makeCode();
    const wrong = Array.from({ length: 40 }, (_, index) => `0000-${String(index).padStart(4, '0')}`);
    const answers = await Promise.all(wrong.map((one, index) => redeem(one, `127.0.0.${10 + index}`)));
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(10);
    const others = answers.filter(({ status }) => status === 429);
    expect(others).toHaveLength(30);
    expect(readError(others[0]!)).toBe(TOO_MANY);
    expect(Number(others[0]!.headers['retry-after'])).toBeGreaterThan(0);
    // Nor does the right one tell itself apart now.
    expect((await redeem(code, '127.0.0.99')).status).toBe(429);
    clock.now = new Date(NOW.getTime() + 60_000);
    expect((await redeem(code, '127.0.0.99')).status).toBe(200);
  });

  test('allows fewer from one address, and right ones count for nothing', async () => {
    const { makeCode, redeem } = await run();
    for (const wrong of ['0000-0001', '0000-0002', '0000-0003']) expect((await redeem(wrong)).status).toBe(403);
    for (let index = 0; index < 6; index++) expect((await redeem((await makeCode()).code)).status).toBe(200);
    expect((await redeem('0000-0004')).status).toBe(403);
    expect((await redeem('0000-0005')).status).toBe(429);
    expect((await redeem('0000-0005', '127.0.0.2')).status).toBe(403);
  });

  test('says what a code looks like, and counts what is none as no try', async () => {
    const { redeem } = await run();
    for (let index = 0; index < 12; index++) expect(readError(await redeem('hello'))).toMatch(/8 letters and digits/);
    expect(readError(await redeem('0000-0000'))).toBe(NOT_VALID);
  });
});
