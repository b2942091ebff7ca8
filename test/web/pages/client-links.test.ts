import { describe, expect, test } from '@jest/globals';
import { addSweep, client } from '../../cli/filled-store.js';
import { site, survey } from '../../check/rules/build-survey.js';
import { type ServeSetup, servePages } from '../serve.js';

/** Pages of two clients with a check each, where everyone signs in. */
async function serveTwo(setup: ServeSetup = {}) {
  const served = await servePages({ withTokens: true, ...setup });
  const at = new Date(Date.now() - 3_600_000).toISOString();
  const seen = [client('acme', { name: 'Acme <b>Dental' }), client('bolt')].map((one) => ({
    client: one,
    survey: survey(site()),
  }));
  await addSweep(served.store.path, at, seen);
  const cookie = await served.signIn('operator');
  const post = (path: string, fields: Record<string, string> = {}) =>
    served.submit(path, fields, { headers: { cookie } });
  const makeLink = async (id = 'acme'): Promise<string> => {
    const made = await post(`/clients/${id}/links`, { days: '7', note: 'Mr <i>Acme' });
    return /\/shared\/[\w-]+/.exec(made.text)![0];
  };
  return { ...served, cookie, post, makeLink };
}

describe('a link for the customer', () => {
  test('leads to a page with the letterhead of the dealer, escaped; so does the page to sign in', async () => {
    const brand = {
      ...{ name: 'Bell <i>& Sons', address: ['1 High Street'], phone: '+44 20 7946 0000', email: null, web: null },
      ...{ colour: '#224466', logo: null, footer: 'HRB <1>' },
    };
    const { browse, makeLink } = await serveTwo({ brand });
    for (const path of [await makeLink(), '/sign-in']) {
      const { text } = await browse(path);
      for (const part of ['<p class="name">Bell &lt;i>&amp; Sons</p>', '1 High Street', '<footer>HRB &lt;1></footer>'])
        expect(text.replaceAll('&gt;', '>')).toContain(part);
      expect(text.indexOf('Bell')).toBeLessThan(text.indexOf('<main'));
    }
  });

  test('shows the report of its client and its files without signing in, and is told to no one else', async () => {
    const { browse, makeLink } = await serveTwo();
    const path = await makeLink();
    expect(path).toMatch(/^\/shared\/[\w-]{32}$/);
    const page = await browse(path);
    expect(page.status).toBe(200);
    expect(page.text).toContain('As agreed');
    expect(page.text).not.toContain('<nav');
    expect(page.text).not.toContain('<form');
    for (const ending of ['', '/report.html', '/report.pdf', '/report.md', '/report.json']) {
      const { status, headers } = await browse(`${path}${ending}`);
      expect([ending, status]).toEqual([ending, 200]);
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['x-robots-tag']).toContain('noindex');
      expect(headers['cache-control']).toBe('no-store');
    }
  });

  test('shows those who signed in, too, what the customer sees', async () => {
    const { browse, makeLink, cookie } = await serveTwo();
    const { status, text } = await browse(await makeLink(), { headers: { cookie } });
    expect(status).toBe(200);
    expect(text).not.toContain('<nav');
    expect(text).not.toContain('/sign-out');
  });

  test('leads to no page of ours where it is wrong', async () => {
    const { browse, cookie } = await serveTwo();
    const { status, text } = await browse(`/shared/${'a'.repeat(32)}`, { headers: { cookie, accept: 'text/html' } });
    expect(status).toBe(404);
    expect(text).toContain('this link leads nowhere');
    expect(text).not.toContain('All clients');
  });

  test('opens nothing else', async () => {
    const { browse, makeLink } = await serveTwo();
    const path = await makeLink();
    for (const other of ['/clients/acme', '/clients/bolt', '/live', '/'])
      expect((await browse(other, { headers: { referer: path } })).status).toBe(303);
    const beyond = [
      '/report.csv',
      '/report',
      '/clients/bolt',
      '/../../clients/bolt/report.json',
      '/..%2Fbolt/report.json',
    ];
    for (const other of beyond) {
      const { status, text } = await browse(`${path}${other}`);
      expect([303, 404]).toContain(status);
      expect(text).not.toContain('bolt Ltd');
    }
  });

  test('stores nothing that opens it', async () => {
    const { makeLink, store } = await serveTwo();
    const secret = (await makeLink()).split('/')[2]!;
    expect(JSON.stringify(await store.links.list('acme'))).not.toContain(secret);
    const { readFile } = await import('node:fs/promises');
    for (const file of [store.path, `${store.path}-wal`]) expect((await readFile(file)).includes(secret)).toBe(false);
  });

  test.each(['/shared/x', `/shared/${'A'.repeat(32)}`, `/shared/${'A'.repeat(90)}`, '/shared/%00', '/shared/'])(
    'that was guessed leads nowhere: %.40s',
    async (path) => {
      const { browse, makeLink } = await serveTwo();
      await makeLink();
      expect((await browse(path)).status).toBe(404);
    },
  );

  test('leads nowhere once it has expired', async () => {
    let ahead = 0;
    const { browse, makeLink } = await serveTwo({ now: () => new Date(Date.now() + ahead) });
    const path = await makeLink();
    ahead = 6.9 * 86_400_000;
    expect((await browse(path)).status).toBe(200);
    ahead = 7.1 * 86_400_000;
    for (const ending of ['', '/report.pdf', '/report.json'])
      expect((await browse(`${path}${ending}`)).status).toBe(404);
  });

  test('is listed, and leads nowhere once it is taken back', async () => {
    const { browse, makeLink, post, cookie, store } = await serveTwo();
    const [path, other] = [await makeLink(), await makeLink('bolt')];
    const page = await browse('/clients/acme', { headers: { cookie } });
    expect(page.text).toContain('Mr &lt;i>Acme');
    const [link] = await store.links.list('acme');
    expect((await post(`/clients/bolt/links/${link!.id}/end`)).status).toBe(404);
    expect((await browse(path)).status).toBe(200);
    const ended = await post(`/clients/acme/links/${link!.id}/end`);
    expect(ended.headers.location).toBe('/clients/acme?done=unshared#links');
    expect((await browse(path)).status).toBe(404);
    expect((await browse(other)).status).toBe(200);
  });

  test('is made by operators only, for a client that there is, and not from another site', async () => {
    const { submit, signIn, post, store, cookie } = await serveTwo();
    const viewer = { headers: { cookie: await signIn('viewer') } };
    expect((await submit('/clients/acme/links', { days: '7' }, viewer)).status).toBe(403);
    const evil = { headers: { cookie, origin: 'https://evil.example' } };
    expect((await submit('/clients/acme/links', { days: '7' }, evil)).status).toBe(403);
    expect((await post('/clients/nobody/links', { days: '7' })).status).toBe(404);
    for (const days of ['8', '-1', '1e9', '']) expect((await post('/clients/acme/links', { days })).status).toBe(400);
    expect((await post('/clients/acme/links', { days: '8' })).text).toContain(
      '<a href="/clients/acme">Back to the client</a>',
    );
    expect(await store.links.list('acme')).toEqual([]);
  });

  test('requests of one address are counted', async () => {
    const { browse, makeLink } = await serveTwo({ limits: { sharedRequests: 3 } });
    const path = await makeLink();
    for (let n = 0; n < 3; n++) await browse(`/shared/guess${n}`);
    expect((await browse(path)).status).toBe(429);
    expect((await browse(path, { from: '127.0.0.9' })).status).toBe(200);
  });

  test('goes with the client where that gets another id, and with its records', async () => {
    const { browse, makeLink, store } = await serveTwo();
    const path = await makeLink();
    await store.renameClient('acme', 'acme-2');
    expect((await browse(path)).status).toBe(200);
    await store.forgetClient('acme-2');
    expect((await browse(path)).status).toBe(404);
    expect(await store.links.list('acme-2')).toEqual([]);
  });
});
