import { describe, expect, test } from '@jest/globals';
import { authorizationProblem } from '../../../src/model/client.js';
import { selectClients } from '../../../src/files/clients/inventory.js';
import { applySourceOverrides } from '../../../src/files/profiles/profile-overrides.js';
import { createProfileLoader, loadProfile } from '../../../src/files/profiles/profile.js';
import { createInventories } from './inventory-files.js';

const files = createInventories();

describe('authorizationProblem', () => {
  const until = (day: string | null, timeZone = 'UTC') => ({
    authorization: { by: 'x', reference: 'y', until: day },
    timeZone,
  });

  test('none, one without end, one that ended', () => {
    const now = new Date('2026-11-22T12:00:00Z');
    expect(authorizationProblem({ authorization: null, timeZone: 'UTC' }, now)).toBe('no authorisation is given');
    expect(authorizationProblem(until(null), now)).toBeNull();
    expect(authorizationProblem(until('2026-11-22'), now)).toBeNull();
    expect(authorizationProblem(until('2026-11-21'), now)).toBe('the authorisation ended on 2026-11-21');
  });

  test('the last day ends at midnight where the client is', () => {
    const berlin = until('2026-11-21', 'Europe/Berlin');
    expect(authorizationProblem(berlin, new Date('2026-11-21T22:59:59Z'))).toBeNull();
    expect(authorizationProblem(berlin, new Date('2026-11-21T23:00:00Z'))).not.toBeNull();
    const auckland = until('2026-11-21', 'Pacific/Auckland');
    expect(authorizationProblem(auckland, new Date('2026-11-21T10:59:59Z'))).toBeNull();
    expect(authorizationProblem(auckland, new Date('2026-11-21T11:00:00Z'))).not.toBeNull();
  });
});

describe('the profile of a client', () => {
  const choice = { profile: 'remote-maintenance', services: { webpro: [8081] }, sources: { dealer: ['192.0.2.0/28'] } };

  test('has the moved services and the networks of this client', async () => {
    const profile = await createProfileLoader()(choice);
    const plain = await loadProfile('remote-maintenance');
    expect(profile.sources).toEqual({ dealer: { title: plain.sources['dealer']?.title, cidrs: ['192.0.2.0/28'] } });
    expect(profile.services.find(({ id }) => id === 'webpro')?.endpoints).toEqual(['tcp/8081']);
    expect(plain.sources['dealer']?.cidrs).toEqual([]);
  });

  test('is the same for the same choice, and is read once', async () => {
    const file = files.write('own.yaml', 'name: own\ntitle: Own\n');
    const load = createProfileLoader();
    expect(await load(choice)).toEqual(await createProfileLoader()(choice));
    expect(await load({ ...choice })).toBe(await load(choice));
    const own = { profile: file, services: {}, sources: {} };
    await load(own);
    files.write('own.yaml', 'not a profile');
    expect((await load({ ...own, services: { dim: [1] } })).name).toBe('own');
    await expect(createProfileLoader()(own)).rejects.toThrow('own.yaml');
  });

  test('does not take what does not fit', async () => {
    const profile = await loadProfile(
      files.write(
        'two.yaml',
        'name: two\ntitle: Two\nsources: { a: { title: A, cidrs: [192.0.2.0/24] }, b: { title: B, cidrs: [198.51.100.1] } }\n',
      ),
    );
    expect(applySourceOverrides(profile, { a: ['198.51.100.0/31'], b: ['192.0.2.7'] }).sources['b']?.cidrs).toEqual([
      '192.0.2.7',
    ]);
    expect(() => applySourceOverrides(profile, { b: ['192.0.2.0/30'] })).toThrow(
      '192.0.2.0/30 overlaps 192.0.2.0/24 of source "a"',
    );
    expect(() => applySourceOverrides(profile, { a: ['x'], c: [], outsider: [] })).toThrow(
      /bad network "x".*\n.*no source "c"; there are a, b\n.*"outsider" is built in/,
    );
    await expect(createProfileLoader()({ ...choice, services: { webprp: [1] } })).rejects.toThrow(
      'did you mean "webpro"',
    );
  });
});

describe('selectClients', () => {
  const inventory = files.load(
    'select.csv',
    'id,address,group,tags\na,192.0.2.1,north,x|y\nb,192.0.2.2,north,y\nc,192.0.2.3,south,x\nd,192.0.2.4,,\n',
  );

  test.each([
    [{}, 'abcd'],
    [{ groups: [], ids: [], tags: [] }, 'abcd'],
    [{ groups: ['north'] }, 'ab'],
    [{ groups: ['north', 'south'], tags: ['x'] }, 'ac'],
    [{ ids: ['d', 'a'] }, 'ad'],
    [{ ids: ['c'], groups: ['north'] }, ''],
    [{ tags: ['x', 'y'], limit: 2 }, 'ab'],
    [{ limit: 0 }, ''],
  ])('%j: %s', async (filter, ids) => {
    const clients = selectClients(await inventory, filter);
    expect(clients.map(({ id }) => id).join('')).toBe(ids);
  });

  test('tells all that is unknown', async () => {
    const all = await inventory;
    expect(() => selectClients(all, { groups: ['nort'], ids: ['a', 'zz'], tags: ['y', 'w'] })).toThrow(
      'the inventory has no group "nort" (did you mean "north"?)\nthe inventory has no client "zz"\nthe inventory has no tag "w"',
    );
  });
});
