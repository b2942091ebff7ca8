import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { digestProfile } from '../../src/check/judge/judge-survey.js';
import { listShipped } from '../../src/files/shipped.js';
import { applyServiceOverrides } from '../../src/files/profiles/profile-overrides.js';
import { loadProfile } from '../../src/files/profiles/profile.js';
import type { Profile } from '../../src/model/profile.js';
import { reportSchema } from '../../src/model/report.js';
import { checksRequestSchema, resolvedProfileSchema } from '../../src/model/vantage-api.js';
import { TIMINGS } from '../../src/net/scan/timing.js';
import { readError, readEvents, runApp, until } from './run-app.js';

let server: Server;
let port: number;
beforeAll(async () => {
  server = createServer((socket) =>
    socket
      .on('error', () => {})
      .resume()
      .end('hello\r\n'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => void server.close());

/** A profile with one service, at the port of the server. */
const createTiny = (): Profile => ({
  name: 'tiny',
  title: 'Tiny',
  description: '',
  file: '/home/ann/tiny.yaml',
  sources: { provider: { title: 'The provider', cidrs: ['198.51.100.0/24'] } },
  services: [
    {
      id: 'webpro',
      title: 'WebPro',
      kind: 'admin',
      endpoints: [`tcp/${port}`],
      programs: ['90-54-01'],
      probed: true,
      defaultEndpoints: [`tcp/${port}`],
      access: { provider: 'may', outsider: 'must-not' },
    },
  ],
  unlisted: 'must-not',
});

describe('a check', () => {
  test('finds what is open at the caller', async () => {
    const { send, post, troubles } = await runApp();
    const profile = createTiny();
    const answer = await post('/v1/checks', { profile, timing: 'fast' });
    const events = readEvents(answer.text);
    expect(events.map(({ event }) => event)).toEqual(['started', 'report', 'end']);
    const report = reportSchema.parse(events[1]!.data);
    expect(report.target).toEqual({
      input: '127.0.0.1',
      address: '127.0.0.1',
      name: null,
      resolvedAt: null,
      scope: 'loopback',
      problem: null,
    });
    expect(report.profile).toEqual({ name: 'tiny', digest: digestProfile(profile), requires: false });
    expect(report.authorization).toBe('asked by token ann from its own address');
    expect(report.vantage.source).toBe('outsider');
    expect(report.verdict).toBe('violation');
    expect(report.observations.find(({ endpoint }) => endpoint === `tcp/${port}`)?.state).toBe('open');
    expect(report.observations.filter(({ probe }) => probe.startsWith('canary-')).length).toBeGreaterThan(3);
    expect(troubles).toEqual([]);
    expect((await send({ path: '/metrics' })).text).toContain('sallyport_vantage_checks_total{verdict="violation"} 1');
  });

  test('may be from a source of the profile', async () => {
    const { post } = await runApp();
    const answer = await post('/v1/checks', { profile: createTiny(), timing: 'fast', source: 'provider' });
    expect(readEvents(answer.text)[1]?.data).toMatchObject({ vantage: { source: 'provider' } });
    const refused = await post('/v1/checks', { profile: createTiny(), source: 'nobody' });
    expect([refused.status, readError(refused)]).toEqual([400, expect.stringMatching(/has no source "nobody"/)]);
  });

  test('takes the name of a profile that is shipped, and no file', async () => {
    const { post } = await runApp();
    const named = await post('/v1/checks', { profile: 'closed', timing: 'fast' });
    expect(readEvents(named.text)[1]?.data).toMatchObject({ profile: { name: 'closed' } });
    for (const profile of ['../etc/passwd', './closed.yaml', '/etc/passwd', 'closed.yaml', 'CLOSED', '']) {
      const answer = await post('/v1/checks', { profile });
      expect([profile, answer.status]).toEqual([profile, 400]);
      expect(readError(answer)).toBe('body.profile: must be the name of a profile');
    }
    const unknown = await post('/v1/checks', { profile: 'none' });
    expect(readError(unknown)).toMatch(/^there is no profile "none"; there are closed/);
  });

  test('ends with what it has seen when its time is over', async () => {
    const { post } = await runApp({ limits: { checkSeconds: 0.3 } });
    const services = createTiny().services.map((service) => ({
      ...service,
      endpoints: Array.from({ length: 250 }, (_, index) => `tcp/${21_000 + index}` as const),
    }));
    const answer = await post('/v1/checks', { profile: { ...createTiny(), services }, timing: 'polite' });
    const events = readEvents(answer.text);
    expect(events.map(({ event }) => event)).toEqual(['started', 'report', 'end']);
    expect(events[1]!.data).toMatchObject({ interrupted: true, verdict: expect.not.stringMatching('^compliant$') });
  });

  test('runs once for an address', async () => {
    const { post, slots } = await runApp();
    const first = post('/v1/checks', { profile: createTiny(), timing: 'polite' });
    await until(() => slots.count('check') === 1);
    expect((await post('/v1/checks', { profile: createTiny() })).status).toBe(429);
    await first;
    await until(() => slots.count('check') === 0);
  });
});

describe('a resolved profile', () => {
  test('stays the same, to the digest', async () => {
    for (const name of await listShipped('profile')) {
      const shipped = await loadProfile(name);
      const moved = applyServiceOverrides(shipped, { webpro: [8_081] });
      for (const profile of [shipped, moved]) {
        const parsed = resolvedProfileSchema.parse(JSON.parse(JSON.stringify(profile)));
        expect(parsed).toEqual(profile);
        expect(digestProfile(parsed)).toBe(digestProfile(profile));
      }
    }
  });

  test.each<[string, (profile: Profile) => unknown]>([
    ['without a name', ({ name: _, ...rest }) => rest],
    ['with another key', (profile) => ({ ...profile, address: '198.51.100.7' })],
    ['with a service of no endpoint that is one', (profile) => replaceService(profile, { endpoints: ['tcp/99999'] })],
    ['with a service of too many', (profile) => replaceService(profile, { endpoints: Array(257).fill('tcp/1') })],
    ['with a service that nobody is told of', (profile) => replaceService(profile, { access: {} })],
    ['with access that is none', (profile) => replaceService(profile, { access: { outsider: 'perhaps' } })],
    ['with a service of another key', (profile) => replaceService(profile, { host: 'x' })],
    ['without services', (profile) => ({ ...profile, services: [] })],
    ['with a service twice', (profile) => ({ ...profile, services: [...profile.services, ...profile.services] })],
    ['with too many services', (profile) => ({ ...profile, services: createServices(profile, 65) })],
    [
      'with a network that is none',
      (profile) => ({ ...profile, sources: { a: { title: 'a', cidrs: ['example.com'] } } }),
    ],
    ['with a source of a bad name', (profile) => ({ ...profile, sources: { 'A b': { title: 'a', cidrs: [] } } })],
    ['with a long title', (profile) => ({ ...profile, title: 'x'.repeat(129) })],
  ])('%s is refused', async (_, change) => {
    const profile = change(createTiny());
    expect(resolvedProfileSchema.safeParse(profile).success).toBe(false);
    const { post } = await runApp();
    const answer = await post('/v1/checks', { profile });
    expect(answer.status).toBe(400);
    expect(readError(answer)).toMatch(/^body\.profile[.:]/);
  });

  test('may be large, and asks for a timing that there is', () => {
    expect(
      resolvedProfileSchema.safeParse({ ...createTiny(), services: createServices(createTiny(), 64) }).success,
    ).toBe(true);
    expect(checksRequestSchema.shape.timing.unwrap().options).toEqual(Object.keys(TIMINGS));
  });
});

function replaceService(profile: Profile, change: object): unknown {
  return { ...profile, services: profile.services.map((service) => ({ ...service, ...change })) };
}

function createServices(profile: Profile, count: number): unknown[] {
  return Array.from({ length: count }, (_, index) => ({ ...profile.services[0], id: `s${index}` }));
}
