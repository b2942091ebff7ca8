import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { answer, site, survey } from '../../check/rules/build-survey.js';
import { addSweep, client } from '../../cli/filled-store.js';
import { servePages } from '../serve.js';

const CLOSED = survey(site());
const EXPOSED = survey(site(answer('tcp/80', 'nec-webpro')));
const ago = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();
const acme = client('acme', { name: 'Acme <Dental>', group: 'north' });

async function serveChanged() {
  const served = await servePages({ withTokens: true });
  const path = join(served.directory, 'store.sqlite');
  await addSweep(path, ago(30), [{ client: acme, survey: CLOSED }]);
  await addSweep(path, ago(2), [{ client: acme, survey: EXPOSED }]);
  const browseAs = async (role: 'viewer' | 'operator' | 'admin', page: string) =>
    served.browse(page, { headers: { cookie: await served.signIn(role) } });
  return { ...served, browseAs };
}

describe('the page of changes', () => {
  test('tells what changed, newest first, and of what it is not known', async () => {
    const { browseAs } = await serveChanged();
    const { text } = await browseAs('viewer', '/changes');
    expect(text).toContain('1 change at 1 client');
    expect(text).toContain('Acme &lt;Dental>');
    expect(text).toContain('Critical');
  });

  test('is in parts, though all changed at one time', async () => {
    const { browse, directory } = await servePages();
    const path = join(directory, 'store.sqlite');
    const clients = Array.from({ length: 120 }, (_, n) => client(`c${String(n).padStart(3, '0')}`));
    for (const [hours, survey] of [
      [30, CLOSED],
      [2, EXPOSED],
    ] as const)
      await addSweep(
        path,
        ago(hours),
        clients.map((one) => ({ client: one, survey })),
      );
    const listed = (text: string) => new Set([...text.matchAll(/href="\/clients\/(c\d+)"/g)].map(([, id]) => id!));
    const first = (await browse('/changes')).text;
    expect(first).toContain('120 changes at 120 clients');
    expect(listed(first).size).toBe(100);
    const further = /href="([^"]+)">Further back/.exec(first)![1]!.replaceAll('&amp;', '&');
    const last = (await browse(further)).text;
    expect(last).toContain('101 to 120 of 120');
    expect(last).not.toContain('Further back');
    expect(new Set([...listed(first), ...listed(last)]).size).toBe(120);
  });

  test('says that it does not know where nothing was checked', async () => {
    const { browse } = await servePages();
    const { text } = await browse('/changes');
    expect(text).toContain('what changed is not known');
    expect(text).not.toContain('Nothing changed');
  });

  test.each([
    ['kind=resolved', 'No such change'],
    ['group=south', 'not known'],
    ['since=1h', 'not known'],
  ])('is narrowed by %s', async (query, said) => {
    const { browseAs } = await serveChanged();
    expect((await browseAs('viewer', `/changes?${query}`)).text).toContain(said);
  });

  test.each(['since=yesterday', 'until=2026-13-01', 'since=2026-11-02&until=2026-11-01', 'kind=other'])(
    'refuses %s with a sentence',
    async (query) => {
      const { browseAs, troubles } = await serveChanged();
      expect((await browseAs('viewer', `/changes?${query}`)).status).toBe(400);
      expect(troubles).toEqual([]);
    },
  );
});

describe('the page of checks', () => {
  test('is for operators', async () => {
    const { browseAs, submit, signIn } = await serveChanged();
    expect((await browseAs('viewer', '/check')).status).toBe(403);
    expect((await browseAs('viewer', '/')).text).not.toContain('href="/check"');
    const cookie = await signIn('viewer');
    const form = { target: '127.0.0.11', profile: 'closed', by: 'Ann' };
    expect((await submit('/check', form, { headers: { cookie } })).status).toBe(403);
  });

  test('begins a check, and sends the browser to it', async () => {
    const { submit, signIn, checks } = await serveChanged();
    const cookie = await signIn('operator');
    const form = { target: ' 127.0.0.11 ', profile: 'closed', by: 'Ann, ticket 7' };
    const { status, headers } = await submit('/check', form, { headers: { cookie } });
    expect(status).toBe(303);
    const id = /^\/checks\/([\w-]{22})$/.exec(headers.location!)![1]!;
    expect(checks.get(id)).toMatchObject({ title: '127.0.0.11', client: null, by: 'operator', state: 'running' });
    const isOver = () => checks.get(id)!.state !== 'running';
    await new Promise<void>((resolve) => {
      const stop = checks.listen(id, () => isOver() && (stop(), resolve()));
      if (isOver()) resolve();
    });
    expect(checks.get(id)).toMatchObject({ state: 'done', reports: [{ authorization: 'Ann, ticket 7' }] });
  });

  test.each([
    [{ target: '203.0.113.0/24' }, 'several addresses'],
    [{ target: 'not an address!' }, 'not an address!'],
    [{ by: '  ' }, 'who allowed'],
    [{ profile: '/etc/passwd' }, 'no profile'],
    [{ profile: '../../x.yaml' }, 'no profile'],
  ])('keeps what was given, and says what is wrong: %j', async (change, said) => {
    const { submit, signIn } = await serveChanged();
    const cookie = await signIn('operator');
    const form = { target: '127.0.0.11', profile: 'closed', by: 'Ann <b>', ...change };
    const { status, text } = await submit('/check', form, { headers: { cookie } });
    expect(status).toBe(400);
    expect(text).toContain(said);
    expect(text).toContain(`value="${form.target}"`);
  });
});

describe('the pages of profiles', () => {
  test('say what each means', async () => {
    const { browseAs } = await serveChanged();
    expect((await browseAs('viewer', '/profiles')).text).toContain('href="/profiles/sip-trunk"');
    expect((await browseAs('viewer', '/profiles/closed')).text).toContain('must not reach');
  });

  test('tell what one would say of what was seen, without sending anything', async () => {
    const { browseAs } = await serveChanged();
    const { text } = await browseAs('viewer', '/profiles/closed?try=1');
    expect(text).toContain('1 Action needed');
    expect(text).toContain('No verdict would change');
  });

  test('name the clients whose verdict would change', async () => {
    const { browseAs, submit, signIn } = await serveChanged();
    const until = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    const fields = { finding: 'admin-interface-reachable tcp/80', by: 'Ann', reason: 'moves to the VPN', until };
    const headers = { cookie: await signIn('operator') };
    expect((await submit('/clients/acme/waivers', fields, { headers })).status).toBe(303);
    const { text } = await browseAs('viewer', '/profiles/closed?try=1');
    expect(text).toContain('<a href="/clients/acme">Acme Dental</a>');
  });

  test.each(['nope', '..%2F..%2Fetc%2Fpasswd', 'closed.yaml', '%00'])('know no profile %s', async (name) => {
    const { browseAs } = await serveChanged();
    expect((await browseAs('viewer', `/profiles/${name}`)).status).toBe(404);
  });
});

describe('the page of the operator', () => {
  test('shows sweeps, messages and the store', async () => {
    const { browseAs } = await serveChanged();
    const { text } = await browseAs('viewer', '/operator');
    expect(text).toContain('nobody is told of changes');
    expect(text).toContain('NO CONTROL.');
    expect(text).toMatch(/finished/);
  });

  test('lets an admin alone send again what was given up', async () => {
    const { submit, signIn } = await serveChanged();
    const post = async (role: 'operator' | 'admin') =>
      submit('/operator/messages/retry', {}, { headers: { cookie: await signIn(role) } });
    expect((await post('operator')).status).toBe(403);
    expect((await post('admin')).status).toBe(303);
  });
});
