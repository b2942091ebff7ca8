import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainProfile, formatEndpoints } from '../../../src/files/profiles/explain-profile.js';
import { readProfileLayer } from '../../../src/files/profiles/profile-file.js';
import { findShipped } from '../../../src/files/shipped.js';
import { applyServiceOverrides, parseServiceOverrides } from '../../../src/files/profiles/profile-overrides.js';
import { loadProfile, resolveProfile, validateProfile } from '../../../src/files/profiles/profile.js';
import { InputError } from '../../../src/files/text/input-error.js';
import { parseYaml } from '../../../src/files/text/yaml-document.js';
import type { Profile } from '../../../src/model/profile.js';
import { SERVICES } from '../../../src/model/service.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'profiles-'))));
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, ...lines: string[]): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

/** The problems of a profile file, without the folder. */
async function problemsOf(name: string, ...lines: string[]): Promise<string[]> {
  const problems = await validateProfile(await write(name, ...lines));
  return problems.map((problem) => problem.replaceAll(folder + '/', ''));
}

const HEAD = ['name: mine', 'title: My profile'];
const service = (profile: Profile, id: string) => profile.services.find((found) => found.id === id)!;

describe('loadProfile', () => {
  test('the root allows nothing, at the maker’s endpoints', async () => {
    const file = await write('plain.yaml', ...HEAD);
    const profile = await loadProfile(file);
    expect(profile).toMatchObject({ name: 'mine', description: '', file, sources: {}, unlisted: 'must-not' });
    expect(profile.services.map(({ id }) => id)).toEqual(SERVICES.map(({ id }) => id));
    for (const { access } of profile.services) expect(access).toEqual({ outsider: 'must-not' });
    expect(service(profile, 'webpro')).toMatchObject({ endpoints: ['tcp/80'], defaultEndpoints: ['tcp/80'] });
  });

  test('inherits sources and services, and overrides them', async () => {
    await write(
      'parent.yaml',
      'name: parent',
      'title: Parent',
      'sources: { provider: { title: P, cidrs: [192.0.2.0/24] }, dealer: { title: D } }',
      'services:',
      '  sip-trunk: { from: { provider: must } }',
      '  webpro: { endpoints: [tcp/8081], from: { dealer: may } }',
      '  door: { title: door phone, endpoints: [udp/7000-7002, tcp/7000], from: { outsider: may } }',
      'unlisted: may',
    );
    const child = await write(
      'child.yaml',
      ...HEAD,
      'extends: ./parent.yaml',
      'sources: { provider: { title: P2, cidrs: [198.51.100.0/24] } }',
      'services:',
      '  sip-trunk: { from: { outsider: may } }',
      '  webpro: { from: { dealer: must } }',
    );
    const profile = await loadProfile(child);
    expect(profile.sources).toEqual({
      provider: { title: 'P2', cidrs: ['198.51.100.0/24'] },
      dealer: { title: 'D', cidrs: [] },
    });
    expect(profile.unlisted).toBe('may');
    expect(service(profile, 'sip-trunk').access).toEqual({ provider: 'must', dealer: 'may', outsider: 'may' });
    expect(service(profile, 'webpro')).toMatchObject({
      endpoints: ['tcp/8081'],
      defaultEndpoints: ['tcp/80'],
      access: { provider: 'must-not', dealer: 'must', outsider: 'must-not' },
    });
    expect(service(profile, 'door')).toEqual({
      id: 'door',
      title: 'door phone',
      kind: 'data',
      endpoints: ['udp/7000', 'udp/7001', 'udp/7002', 'tcp/7000'],
      defaultEndpoints: ['udp/7000', 'udp/7001', 'udp/7002', 'tcp/7000'],
      programs: [],
      probed: true,
      access: { provider: 'may', dealer: 'may', outsider: 'may' },
    });
  });

  test('moves services', async () => {
    const profile = await loadProfile('closed', { services: { webpro: [8081], 'sip-trunk': [15060, 25060] } });
    expect(service(profile, 'webpro').endpoints).toEqual(['tcp/8081']);
    expect(service(profile, 'sip-trunk').endpoints).toEqual(['udp/15060', 'udp/25060', 'tcp/15060', 'tcp/25060']);
  });

  test('tells what there is where a name is unknown', async () => {
    await expect(loadProfile('sip-trunc')).rejects.toThrow(
      /^no profile "sip-trunc" \(did you mean "sip-trunk"\?\); there are closed, .*third-party-sip, and files/,
    );
    await expect(loadProfile('../closed')).rejects.toThrow('../closed: no such file');
    await expect(loadProfile('none.yml')).rejects.toThrow('none.yml: no such file');
    expect(await findShipped('profile', './x')).toBe('./x');
  });
});

describe('validateProfile', () => {
  test('tells all problems of the format at once', async () => {
    expect(
      await problemsOf(
        'format.yaml',
        'name: Mine',
        'titel: My profile',
        'services:',
        '  webpro: { endpoint: [tcp/81], from: { outsider: never } }',
        '  pcpro: { endpoints: [81] }',
        'unlisted: must',
      ),
    ).toEqual([
      expect.stringMatching(/^format\.yaml:1:1: name: expected a lower-case name/),
      'format.yaml:1:1: key "title" is missing',
      expect.stringMatching(/^format\.yaml:4:41: services\.webpro\.from\.outsider: .*"must"\|"may"\|"must-not"/),
      'format.yaml:4:13: services.webpro.endpoint: unknown key (did you mean "endpoints"?)',
      expect.stringMatching(/^format\.yaml:5:24: services\.pcpro\.endpoints\[0\]: expected text/),
      expect.stringMatching(/^format\.yaml:6:1: unlisted: /),
      'format.yaml:2:1: titel: unknown key (did you mean "title"?)',
    ]);
  });

  test('bad ports and networks', async () => {
    expect(
      await problemsOf(
        'ports.yaml',
        ...HEAD,
        'sources: { outsider: { title: x }, provider: { title: P, cidrs: [192.0.2.0/33, pbx.example.net, 192.0.2.9/29] } }',
        'services:',
        '  webpro:',
        '    endpoints: [tcp/0, tcp/70000, tcp/90-80, tcp/81, tcp/80-82]',
      ),
    ).toEqual([
      expect.stringMatching(/^ports\.yaml:6:17: services\.webpro\.endpoints\[0\]: bad port "tcp\/0"/),
      expect.stringMatching(/^ports\.yaml:6:24: .*bad port "tcp\/70000"/),
      expect.stringMatching(/^ports\.yaml:6:35: .*backwards/),
      expect.stringMatching(/^ports\.yaml:6:54: .*tcp\/81 is listed twice/),
      expect.stringMatching(/^ports\.yaml:3:12: sources\.outsider: is built in/),
      expect.stringMatching(/^ports\.yaml:3:66: .*bad network "192\.0\.2\.0\/33"/),
      expect.stringMatching(/^ports\.yaml:3:80: .*bad network "pbx\.example\.net"/),
      expect.stringMatching(
        /^ports\.yaml:3:97: .*write 192\.0\.2\.9 for this .* or 192\.0\.2\.8\/29 for all 8 addresses/,
      ),
    ]);
  });

  test('unknown sources and services', async () => {
    expect(
      await problemsOf(
        'unknown.yaml',
        ...HEAD,
        'extends: sip-trunk',
        'services:',
        '  webpr: { from: { outsider: may } }',
        '  door: { title: door phone }',
        '  webpro: { from: { providre: may, provider: may } }',
      ),
    ).toEqual([
      'unknown.yaml:5:3: services.webpr: unknown service (did you mean "webpro"?); a service of your own needs title and endpoints',
      'unknown.yaml:6:3: services.door: unknown service; a service of your own needs title and endpoints',
      'unknown.yaml:7:21: services.webpro.from.providre: unknown source (did you mean "provider"?)',
    ]);
  });

  test('two services on one endpoint', async () => {
    expect(
      await problemsOf(
        'overlap.yaml',
        ...HEAD,
        'services:',
        '  webpro: { endpoints: [tcp/8000] }',
        '  door: { title: door phone, endpoints: [udp/10000-10030] }',
      ),
    ).toEqual([
      'overlap.yaml:4:25: services.webpro.endpoints[0]: tcp/8000 already belongs to service "pcpro"',
      'overlap.yaml:5:42: services.door.endpoints[0]: udp/10020 already belongs to service "rtp"',
    ]);
    await write('moved.yaml', 'name: moved', 'title: Moved', 'services: { webpro: { endpoints: [tcp/8081] } }');
    expect(
      await problemsOf('onto.yaml', ...HEAD, 'extends: moved.yaml', 'services: { pcpro: { endpoints: [tcp/8081] } }'),
    ).toEqual(['onto.yaml:4:34: services.pcpro.endpoints[0]: tcp/8081 already belongs to service "webpro"']);
    expect(
      await problemsOf('onto2.yaml', ...HEAD, 'extends: onto.yaml', 'services: { dim: { endpoints: [tcp/5963] } }'),
    ).toEqual(['onto.yaml:4:34: services.pcpro.endpoints[0]: tcp/8081 already belongs to service "webpro"']);
    const swapped = ['services:', '  webpro: { endpoints: [tcp/8000] }', '  pcpro: { endpoints: [tcp/80] }'];
    expect(await problemsOf('swap.yaml', ...HEAD, ...swapped)).toEqual([]);
  });

  test('two sources with common addresses', async () => {
    expect(
      await problemsOf(
        'sources.yaml',
        ...HEAD,
        'sources:',
        '  provider: { title: P, cidrs: [192.0.2.0/24, 192.0.2.0/28, 2001:db8::/32] }',
        '  dealer: { title: D, cidrs: [198.51.100.1, "::ffff:192.0.2.7", 2001:db8:1::/48] }',
      ),
    ).toEqual([
      'sources.yaml:5:45: sources.dealer.cidrs[1]: ::ffff:192.0.2.7 overlaps 192.0.2.0/24 of source "provider"',
      'sources.yaml:5:65: sources.dealer.cidrs[2]: 2001:db8:1::/48 overlaps 2001:db8::/32 of source "provider"',
    ]);
  });

  test('cycles and missing parents', async () => {
    await write('one.yaml', ...HEAD, 'extends: two.yaml');
    await write('two.yaml', ...HEAD, 'extends: ./three.yaml');
    expect(await problemsOf('three.yaml', ...HEAD, '', 'extends: one.yaml')).toEqual([
      'two.yaml:3:1: extends: "./three.yaml" leads back to where it came from: a cycle',
    ]);
    expect(await problemsOf('outside.yaml', ...HEAD, 'extends: one.yaml')).toEqual([
      'three.yaml:4:1: extends: "one.yaml" leads back to where it came from: a cycle',
    ]);
    expect(await problemsOf('self.yaml', ...HEAD, 'extends: self.yaml')).toEqual([
      'self.yaml:3:1: extends: "self.yaml" leads back to where it came from: a cycle',
    ]);
    expect(await problemsOf('orphan.yaml', ...HEAD, 'extends: none.yaml')).toEqual([
      'orphan.yaml:3:1: extends: none.yaml: no such file',
    ]);
    expect(await problemsOf('orphan2.yaml', ...HEAD, 'extends: close')).toEqual([
      expect.stringMatching(/^orphan2\.yaml:3:1: extends: no profile "close" \(did you mean "closed"\?\)/),
    ]);
    await write('bad.yaml', 'name: bad');
    expect(await problemsOf('child.yaml', ...HEAD, 'extends: bad.yaml')).toEqual([
      'bad.yaml:1:1: key "title" is missing',
    ]);
    for (let i = 0; i < 20; i++) await write(`long${i}.yaml`, ...HEAD, `extends: long${i + 1}.yaml`);
    expect(await problemsOf('long20.yaml', ...HEAD)).toEqual([]);
    expect(await problemsOf('start.yaml', ...HEAD, 'extends: long0.yaml')).toEqual([
      'long14.yaml:3:1: extends: more than 16 profiles in a chain',
    ]);
  });

  test('gives a profile or an InputError for any services', () => {
    const id = fc.constantFrom('webpro', 'rtp', 'door', 'constructor', '__proto__', 'x y', '');
    const endpoint = fc.oneof(fc.string(), fc.stringMatching(/^(tcp|udp)\/[0-9-]{1,7}$/));
    const given = fc.record(
      {
        title: fc.oneof(fc.string(), fc.constant(7)),
        endpoints: fc.array(endpoint, { maxLength: 3 }),
        from: fc.dictionary(
          fc.constantFrom('outsider', 'provider', 'constructor'),
          fc.constantFrom('may', 'must', 'no'),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.dictionary(id, given), fc.anything(), (services, unlisted) => {
        const text = JSON.stringify({ name: 'x', title: 'X', services, unlisted });
        try {
          const profile = resolveProfile([readProfileLayer(parseYaml(text, 'x.yaml'))]);
          const endpoints = profile.services.flatMap((found) => found.endpoints);
          expect(new Set(endpoints).size).toBe(endpoints.length);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('moved services', () => {
  test('are parsed', () => {
    expect(parseServiceOverrides(['webpro=8081', 'sip-trunk=5062, 5064'])).toEqual({
      webpro: [8081],
      'sip-trunk': [5062, 5064],
    });
  });

  test.each(['webpro', 'webpro=', '=80', 'webpro=x', 'webpro=80-90', 'webpro=0', 'webpro=70000', 'WebPro=80', 'a=1,'])(
    '%p is refused',
    (text) => {
      expect(() => parseServiceOverrides([text])).toThrow(InputError);
    },
  );

  test('are refused where they collide or are unknown', async () => {
    const closed = await loadProfile('closed');
    const move = (services: Record<string, number[]>) => () => applyServiceOverrides(closed, services);
    expect(move({ webpr: [81] })).toThrow('unknown service "webpr" (did you mean "webpro"?)');
    expect(move({ webpro: [8000] })).toThrow(
      'service "webpro" cannot move to tcp/8000: service "pcpro" is there; move that one too',
    );
    expect(move({ smdr: [80] })).toThrow('service "smdr" cannot move to tcp/80: service "webpro" is there');
    expect(move({ webpro: [8000], pcpro: [80] })).not.toThrow();
    expect(move({ webpro: [1.5] })).toThrow(InputError);
    expect(move({ webpro: [] })).toThrow(InputError);
    expect(() => parseServiceOverrides(['webpro=80', 'webpro=81'])).toThrow('moved twice');
  });

  test('keep their transports', async () => {
    const profile = applyServiceOverrides(await loadProfile('closed'), { 'nec-ip-phone': [6080, 6080], rtp: [20_000] });
    expect(service(profile, 'nec-ip-phone').endpoints).toEqual(['udp/6080', 'tcp/6080']);
    expect(service(profile, 'nec-ip-phone').defaultEndpoints).toEqual(['udp/5080', 'udp/5081', 'tcp/5080']);
    expect(service(profile, 'rtp').endpoints).toEqual(['udp/20000']);
  });
});

describe('explainProfile', () => {
  test('says what may reach what from where', async () => {
    const text = explainProfile(await loadProfile('remote-maintenance', { services: { webpro: [8081] } }));
    const [, , dealer, everybody, rest] = text.split('\n\n');
    expect(dealer).toMatch(
      /^the dealer \(source dealer; no networks given\)\n {2}must reach\n {4}WebPro .*tcp\/8081\n {4}PCPro .*\n {2}must not reach\n/,
    );
    expect(everybody).toMatch(/^Everyone else \(source outsider\)\n {2}must not reach\n {4}WebPro .*tcp\/8081/);
    expect(everybody).toContain('udp/10020-10083');
    expect(rest).toBe('Every other port must not be reachable, from anywhere.');
  });

  test('joins runs of ports', () => {
    expect(formatEndpoints(['udp/1', 'udp/2', 'tcp/3', 'tcp/5', 'tcp/6'])).toBe('udp/1-2, tcp/3, tcp/5-6');
  });
});
