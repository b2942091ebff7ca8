import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { servePages, TOKENS } from '../serve.js';

describe('where everyone signs in', () => {
  test('a browser is sent to the form, and from there back to where it wanted to be', async () => {
    const { browse, submit } = await servePages({ withTokens: true });
    const first = await browse('/?search=a%26b');
    expect(first.status).toBe(303);
    const { location } = first.headers;
    expect(location).toBe('/sign-in?next=%2F%3Fsearch%3Da%2526b');
    const form = await browse(location!);
    expect(form.text).toContain('name="next" value="/?search=a%26b"');
    const answer = await submit('/sign-in', { token: ` ${TOKENS.viewer} `, next: '/?search=a%26b' });
    expect([answer.status, answer.headers.location]).toEqual([303, '/?search=a%26b']);
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^sallyport=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    const cookie = answer.headers['set-cookie']![0]!.split(';')[0]!;
    expect((await browse('/', { headers: { cookie } })).status).toBe(200);
  });

  test.each(['//evil.example', '/\\evil.example', 'https://evil.example/', 'javascript:alert(1)', '/ok\r\nx: y'])(
    'no form leads elsewhere: %j',
    async (next) => {
      const { submit } = await servePages({ withTokens: true });
      const answer = await submit('/sign-in', { token: TOKENS.viewer, next });
      expect([answer.status, answer.headers.location, answer.headers['x']]).toEqual([303, '/', undefined]);
    },
  );

  test.each(['wrong', '', 'spt_viewer\nspt_admin'])('a wrong token is refused: %j', async (token) => {
    const { submit } = await servePages({ withTokens: true });
    const answer = await submit('/sign-in', { token });
    expect(answer.status).toBe(401);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.text).toContain('not valid');
  });

  test('a session that was planted before is not the one that begins', async () => {
    const { browse, submit } = await servePages({ withTokens: true });
    const planted = 'sallyport=planted';
    const answer = await submit('/sign-in', { token: TOKENS.viewer }, { headers: { cookie: planted } });
    expect(answer.headers['set-cookie']![0]).not.toContain('planted');
    expect((await browse('/', { headers: { cookie: planted } })).status).toBe(303);
  });

  test('signing out ends the session, whatever the browser keeps', async () => {
    const { browse, submit, signIn } = await servePages({ withTokens: true });
    const cookie = await signIn('admin');
    const answer = await submit('/sign-out', {}, { headers: { cookie } });
    expect(answer.headers['set-cookie']![0]).toContain('Max-Age=0');
    expect((await browse('/', { headers: { cookie } })).status).toBe(303);
  });

  test('a token that is taken back ends its sessions', async () => {
    const { browse, signIn, served, tokenFile } = await servePages({ withTokens: true });
    const cookie = await signIn('admin');
    expect((await browse('/', { headers: { cookie } })).status).toBe(200);
    await writeFile(tokenFile, '');
    await served.reload();
    expect((await browse('/', { headers: { cookie } })).status).toBe(303);
  });

  test('a session is over after twelve hours without use, and after seven days', async () => {
    let at = new Date('2026-11-30T12:00:00Z');
    const hours = (count: number): void => void (at = new Date(at.getTime() + count * 3_600_000));
    const { browse, signIn } = await servePages({ withTokens: true, now: () => at });
    const cookie = await signIn('viewer');
    const status = async () => (await browse('/', { headers: { cookie } })).status;
    for (let count = 0; count < 16; count++) {
      hours(10.4);
      expect(await status()).toBe(200);
    }
    hours(10.4);
    expect(await status()).toBe(303);
    const other = await signIn('viewer');
    hours(12.1);
    expect((await browse('/', { headers: { cookie: other } })).status).toBe(303);
  });

  test('tries are counted for each address', async () => {
    const { submit } = await servePages({ withTokens: true, limits: { signIns: 3 } });
    for (let n = 0; n < 3; n++) expect((await submit('/sign-in', { token: `guess ${n}` })).status).toBe(401);
    const answer = await submit('/sign-in', { token: TOKENS.admin });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect((await submit('/sign-in', { token: TOKENS.admin }, { from: '127.0.0.9' })).status).toBe(303);
  });
});

describe('a form that another site sends', () => {
  test.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: '' }],
  ])('does nothing: %j', async (headers) => {
    const { submit, browse, signIn } = await servePages({ withTokens: true });
    const cookie = await signIn('admin');
    expect((await submit('/sign-out', {}, { headers: { cookie, ...headers } })).status).toBe(403);
    expect((await browse('/', { headers: { cookie } })).status).toBe(200);
  });

  test('nor does it where nobody signs in', async () => {
    const { submit } = await servePages();
    expect((await submit('/sign-out', {}, { headers: { origin: 'http://evil.example' } })).status).toBe(403);
  });
});

describe('where nobody signs in', () => {
  test.each(['evil.example', '203.0.113.7', '127.0.0.1.evil.example', '[2001:db8::1]:80'])(
    'another name for this machine is refused, which could be another site’s: %s',
    async (host) => {
      const { browse } = await servePages();
      expect((await browse('/', { headers: { host } })).status).toBe(403);
    },
  );

  test.each(['localhost:1', '127.0.0.1', '[::1]:8040', 'LOCALHOST'])(
    'this machine’s own names are not: %s',
    async (host) => {
      const { browse } = await servePages();
      expect((await browse('/', { headers: { host } })).status).toBe(200);
    },
  );

  test('what came through a proxy is refused', async () => {
    const { browse } = await servePages();
    expect((await browse('/', { headers: { 'x-forwarded-for': '203.0.113.9' } })).status).toBe(403);
  });
});
