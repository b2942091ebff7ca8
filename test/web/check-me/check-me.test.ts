import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadProfile } from '../../../src/files/profiles/profile.js';
import type { Invite, NewInvite } from '../../../src/model/invite.js';
import type { Report } from '../../../src/model/report.js';
import { createCheckMe } from '../../../src/web/check-me/check-me.js';
import { cleanReport } from '../../reports/sample-reports.js';
import { type Answer, NOW, runApp, TOKEN, until } from '../../vantage/run-app.js';

let parent: string;
beforeAll(async () => void (parent = await mkdtemp(join(tmpdir(), 'check-me-'))));
afterAll(() => rm(parent, { recursive: true }));
let count = 0;

type Setup = Omit<NonNullable<Parameters<typeof runApp>[0]>, 'invites' | 'plugin'>;

/** Pages on a vantage of their own, and what someone does in a browser. */
async function run({ path = join(parent, `invites-${count++}`), ...options }: Setup & { path?: string } = {}) {
  const clock = { now: NOW };
  const kept: { invite: Invite; report: Report }[] = [];
  const plugin = createCheckMe({
    brand: null,
    readBuilt: () => Promise.resolve(Buffer.from('')),
    keep: (invite, report) => Promise.resolve(void kept.push({ invite, report })),
  });
  const app = await runApp({ invites: path, plugin, now: () => clock.now, ...options });
  const profile = { ...(await loadProfile('sip-trunk')), file: null };
  const invite = async (change: Partial<NewInvite> = {}, seconds = 600) => {
    const wanted = { client: 'acme', profile, source: 'outsider', addresses: [], createdBy: null, ...change };
    return app.folder!.make(wanted, seconds, clock.now);
  };
  const get = (asked: string, from = '127.0.0.1') => app.send({ path: asked, from, headers: { accept: 'text/html' } });
  const tokenOf = async (from = '127.0.0.1') => readToken(await get('/', from));
  const submit = async (
    fields: Record<string, string>,
    { from = '127.0.0.1', headers = {} }: { from?: string; headers?: Record<string, string> } = {},
  ) =>
    app.send({
      ...{ method: 'POST', path: '/check', from },
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', ...headers },
      body: new URLSearchParams({ token: await tokenOf(from), ...fields }).toString(),
    });
  /** Uses a code and returns the path of its check. */
  const begin = async (code: string, from?: string) => {
    const answer = await submit({ code }, from === undefined ? {} : { from });
    expect(answer.status).toBe(303);
    return answer.headers.location!;
  };
  return { ...app, clock, path, kept, invite, get, submit, begin, tokenOf };
}

const readToken = ({ text }: Answer) => /name="token" value="([^"]+)"/.exec(text)?.[1] ?? '';
const NOT_VALID = 'This code is not valid: it may be mistyped, used or expired; ask for a new one.';

describe('the pages', () => {
  test('say which address would be checked, check it once, and end with the report', async () => {
    const { invite, get, begin, kept, folder, troubles, submit } = await run();
    const { code, invite: made } = await invite();
    const start = await get('/', '127.0.0.7');
    expect(start.text).toContain('You come from <strong>127.0.0.7</strong>, an IPv4 address.');
    const path = await begin(` ${code.toLowerCase()} `, '127.0.0.7');
    expect(path).toMatch(new RegExp(`^/checks/${made.id}-[A-Za-z0-9_-]{32}$`));
    const progress = await get(path, '127.0.0.7');
    expect(progress.text).toContain('<noscript><meta http-equiv="refresh" content="2"/></noscript>');
    expect(progress.text).toMatch(/The check begins|The check is under way/);
    await until(() => kept.length > 0);
    const result = await get(path, '127.0.0.8');
    expect(result.text).toContain('<h1>Check of 127.0.0.7</h1>');
    expect(result.text).not.toContain('http-equiv="refresh"');
    const file = await get(`${path}/report.html`);
    expect(file.headers['content-disposition']).toBe('attachment; filename="sallyport-report.html"');
    expect(file.headers['content-security-policy']).toMatch(/^default-src 'none'; .*sandbox$/);
    expect(file.text).toMatch(/^<!DOCTYPE html>\n<!-- sallyport report -->/);
    expect(kept).toMatchObject([{ invite: { client: 'acme' }, report: { target: { address: '127.0.0.7' } } }]);
    expect((await folder!.read(made.id))!.report).toEqual(kept[0]!.report);
    expect((await submit({ code })).text).toContain(NOT_VALID);
    expect(await get('/check')).toMatchObject({ status: 303, headers: { location: '/' } });
    expect(troubles).toEqual([]);
  });

  test.each([
    ['127.0.0.7', 'is of 127.0.0.7 alone. The site has more addresses, which were not checked: 127.0.0.9.'],
    ['127.0.0.8', 'is not known to be an address of this site'],
  ])('say with the result of %s what was not checked of the site', async (from, words) => {
    const { invite, get, submit, kept } = await run();
    const { code } = await invite({ addresses: ['127.0.0.7', '127.0.0.9'] });
    const { headers } = await submit({ code, confirmed: from }, { from });
    await until(() => kept.length > 0);
    for (const ending of ['', '/report.html'])
      expect((await get(`${headers.location}${ending}`)).text).toContain(words);
  });

  test('say nothing of other addresses where the site has none', async () => {
    const { invite, get, begin, kept } = await run();
    const path = await begin((await invite({ addresses: ['127.0.0.7'] })).code, '127.0.0.7');
    await until(() => kept.length > 0);
    expect((await get(path)).text).not.toContain('This check is of');
  });

  test('are told of each step by events, until the check has ended', async () => {
    const { invite, begin, get, kept } = await run();
    const path = await begin((await invite()).code);
    const events = await get(`${path}/events`);
    expect(events.headers['content-type']).toMatch(/^text\/event-stream/);
    expect(events.text).toMatch(/event: state\ndata: \{"version":"null"\}\n\nevent: end/);
    await until(() => kept.length > 0);
    // Whoever comes too late for the end hears of it all the same: the first is what the page shows already.
    const late = await get(`${path}/events`);
    expect([...late.text.matchAll(/"version":"(\w+)"/g)].map(([, version]) => version)).toEqual(['drawn', 'null']);
  });

  test('store at their start what was left when they were killed, once', async () => {
    const { path, folder, invite } = await run();
    const { invite: made } = await invite();
    const at = NOW.toISOString();
    const use = { kind: 'check' as const, at, address: '127.0.0.7', secretHash: '0'.repeat(64), until: at };
    await folder!.putReport((await folder!.use(made, use))!, cleanReport, false);
    const { kept } = await run({ path });
    await until(() => kept.length > 0);
    expect(kept.map(({ invite: { id } }) => id)).toEqual([made.id]);
    const isKept = async (): Promise<boolean> => (await folder!.read(made.id))?.kept === true;
    for (let tries = 0; tries < 100 && !(await isKept()); tries++) await setImmediate();
    expect(await isKept()).toBe(true);
    const again = await run({ path });
    await again.app.close();
    expect(again.kept).toEqual([]);
  });

  test('keep nothing anywhere but here: headers of every answer', async () => {
    const { get, submit } = await run();
    for (const answer of [
      await get('/'),
      await submit({ code: 'x' }),
      await get(`/checks/${'0'.repeat(20)}-${'x'.repeat(32)}`),
    ]) {
      expect(answer.headers).toMatchObject({
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; .*form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
        ),
        'cache-control': 'no-store',
        'referrer-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
      });
      expect(answer.headers).not.toHaveProperty('set-cookie');
    }
  });

  test('are there beside the API, which stays as it is', async () => {
    const { send } = await run();
    expect((await send({ token: TOKEN })).status).toBe(200);
    expect((await send({})).status).toBe(401);
    const nothing = await send({ path: '/nothing' });
    expect([nothing.status, nothing.headers['content-type']]).toEqual([404, 'application/json; charset=utf-8']);
  });
});

describe('the right line', () => {
  test('is asked about where someone comes from another address than is known, before anything is checked', async () => {
    const { invite, submit, folder, kept } = await run();
    const { code, invite: made } = await invite({ addresses: ['203.0.113.7', '203.0.113.8'] });
    const doubt = await submit({ code });
    expect(doubt.status).toBe(200);
    expect(doubt.text).toContain('<h1>Is this the right line?</h1>');
    expect(doubt.text).toContain('203.0.113.7 and 203.0.113.8');
    expect(doubt.text).toContain('mobile data');
    expect((await folder!.read(made.id))!.use).toBeNull();
    // What was confirmed for one address is not for another.
    expect((await submit({ code, confirmed: '127.0.0.2' })).text).toContain('Is this the right line?');
    expect((await submit({ code, confirmed: '127.0.0.1' })).status).toBe(303);
    await until(() => kept.length > 0);
  });

  test('is explained where one address is of IPv4 and the other of IPv6', async () => {
    const { invite, submit } = await run();
    const { code } = await invite({ addresses: ['2001:db8::7'] });
    expect((await submit({ code })).text).toContain('came over IPv4, and the known address is one of IPv6');
  });

  test('is not asked about where it is the known one', async () => {
    const { invite, begin, kept } = await run();
    await begin((await invite({ addresses: ['127.0.0.1'] })).code);
    await until(() => kept.length > 0);
  });

  test('is a public one', async () => {
    const { invite, get, submit, folder } = await run({ allowSpecial: false });
    const { code, invite: made } = await invite();
    const { text } = await get('/');
    expect(text).toContain('This address cannot be checked');
    expect(text).not.toContain('<form');
    expect((await submit({ code })).status).toBe(403);
    expect((await folder!.read(made.id))!.use).toBeNull();
  });
});

describe('no one gets more than is meant:', () => {
  test('a code is used once, by one of many at the same moment', async () => {
    const { invite, submit, kept } = await run();
    const { code } = await invite();
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((host) => submit({ code }, { from: `127.0.0.${host}` })));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 403, 403, 403, 403, 403]);
    await until(() => kept.length > 0);
    expect(kept).toHaveLength(1);
  });

  test('one address has one check at a time, and the code that was refused is still good', async () => {
    const { invite, submit, begin, kept, slots, folder } = await run();
    const [one, other] = [await invite(), await invite()];
    const release = slots.take('check', 'ann', '127.0.0.1');
    const refused = await submit({ code: one.code });
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '10']);
    expect((await folder!.read(one.invite.id))!.use).toBeNull();
    release();
    await begin(one.code);
    await until(() => kept.length === 1);
    await begin(other.code);
    await until(() => kept.length === 2);
    await until(() => slots.count('check') === 0);
  });

  test('wrong codes are few a minute, over all addresses, and with those of the API', async () => {
    const { submit, send, invite } = await run();
    const { code } = await invite();
    const wrong = (index: number) => submit({ code: `0000-000${index}` }, { from: `127.0.0.${10 + index}` });
    const answers = await Promise.all([0, 1, 2, 3, 4, 5].map(wrong));
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
    for (let index = 0; index < 4; index++) {
      const body = JSON.stringify({ code: `1111-111${index}` });
      await send({ method: 'POST', path: '/v1/jobs', body, from: `127.0.0.${30 + index}` });
    }
    const last = await submit({ code }, { from: '127.0.0.99' });
    expect(last.status).toBe(429);
    expect(last.text).toContain('Too many wrong codes were tried: try again in a minute.');
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
  });

  test.each<[string, Record<string, string>]>([
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['from a sister site', { 'sec-fetch-site': 'same-site' }],
    ['of another origin', { 'sec-fetch-site': '', origin: 'https://evil.example' }],
    ['of no origin', { 'sec-fetch-site': '', origin: 'null' }],
  ])('a form %s is refused', async (_, headers) => {
    const { invite, submit, folder } = await run();
    const { code, invite: made } = await invite();
    const answer = await submit({ code }, { headers });
    expect(answer.status).toBe(403);
    expect((await folder!.read(made.id))!.use).toBeNull();
  });

  test('a form without our token, with that of another address, or too old is shown again', async () => {
    const { invite, submit, tokenOf, clock, folder } = await run();
    const { code, invite: made } = await invite({}, 86_400);
    const own = await tokenOf();
    for (const token of ['', 'x.y', `${own}x`, `zzzzzzzz${own.slice(own.indexOf('.'))}`, await tokenOf('127.0.0.5')]) {
      const answer = await submit({ code, token });
      expect(answer.status).toBe(409);
      expect(answer.text).toContain('your address has changed since');
    }
    clock.now = new Date(NOW.getTime() + 3 * 3_600_000);
    expect((await submit({ code, token: own })).status).toBe(409);
    expect((await folder!.read(made.id))!.use).toBeNull();
  });

  test.each([
    '/checks/..%2f..%2fetc%2fpasswd',
    '/checks/key',
    `/checks/${'0'.repeat(20)}-${'x'.repeat(32)}`,
    `/checks/${'0'.repeat(20)}-${'x'.repeat(32)}/report.html`,
    `/checks/${'0'.repeat(20)}-${'x'.repeat(32)}/events`,
    '/checks/%00',
    `/checks/${'x'.repeat(2_000)}`,
    '/assets/..%2f..%2fpackage.json',
  ])('%s is not there', async (path) => {
    const { get, troubles } = await run();
    const answer = await get(path);
    expect([400, 404, 414]).toContain(answer.status);
    expect(answer.text).not.toContain('root:');
    expect(troubles).toEqual([]);
  });

  test('a link is not guessed from the id, and ends after a week', async () => {
    const { invite, begin, get, kept, clock } = await run();
    const path = await begin((await invite()).code);
    await until(() => kept.length > 0);
    expect((await get(`${path.slice(0, -32)}${'x'.repeat(32)}`)).status).toBe(404);
    clock.now = new Date(NOW.getTime() + 7 * 86_400_000 - 1);
    expect((await get(path)).status).toBe(200);
    clock.now = new Date(NOW.getTime() + 7 * 86_400_000);
    expect((await get(path)).status).toBe(404);
  });

  test('what is typed is shown as text, and leads nowhere else', async () => {
    const { submit, invite } = await run();
    const hostile = `"><script>alert(1)</script>`;
    const answer = await submit({ code: hostile });
    expect(answer.text).not.toContain('<script>alert');
    expect(answer.text).toContain('&lt;script>alert(1)&lt;/script>'.slice(0, 10));
    const { code } = await invite();
    const lines = await submit({ code, next: '//evil.example', confirmed: '\r\nset-cookie: a=b' });
    expect(lines.headers).not.toHaveProperty('set-cookie');
    expect(lines.headers.location).toMatch(/^\/checks\//);
  });

  test('a form that is too large, or is none, is refused', async () => {
    const { submit, send } = await run();
    expect((await submit({ code: 'x'.repeat(5_000) })).status).toBe(413);
    expect((await submit({ code: 'x'.repeat(100) })).status).toBe(400);
    const type = { 'content-type': 'text/plain', 'sec-fetch-site': 'same-origin' };
    expect((await send({ method: 'POST', path: '/check', body: 'code=x', headers: type })).status).toBe(415);
  });

  test('a form that comes slowly is ended', async () => {
    const { port } = await run({ limits: { requestSeconds: 1 } });
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'POST /check HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 99\r\n\r\ncode=',
    );
    const told = await new Promise<string>((resolve) => {
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      socket.once('close', () => resolve(text));
    });
    expect(told).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('a log has neither codes nor links', async () => {
    const { invite, begin, get, accesses, kept } = await run();
    const { code } = await invite();
    const path = await begin(code);
    await get(path);
    await until(() => kept.length > 0);
    const log = JSON.stringify(accesses);
    expect(log).toContain('/checks/:pass');
    for (const secret of [code, path.slice(-32)]) expect(log).not.toContain(secret);
  });
});

test('a check that the server did not end is told as cut off, and its code stays used', async () => {
  const first = await run();
  const { code, invite: made } = await first.invite();
  const path = await first.begin(code);
  // Another process has the folder, and knows nothing of a check under way.
  const plugin = createCheckMe({ brand: null, readBuilt: () => Promise.resolve(Buffer.from('')) });
  const other = await runApp({ invites: first.path, plugin });
  const cut = await other.send({ path });
  if ((await first.folder!.read(made.id))!.report === null) expect(cut.text).toContain('The check was cut off');
  await until(() => first.kept.length > 0);
  expect((await other.send({ path })).text).toContain('Download the report');
  expect((await readdir(first.path)).filter((name) => name.endsWith('.new'))).toEqual([]);
});
