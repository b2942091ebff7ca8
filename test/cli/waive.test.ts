import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openStore } from '../../src/fleet/store/open-store.js';
import type { Waiver } from '../../src/model/change.js';
import { answer, see, site, survey } from '../check/rules/build-survey.js';
import { addSweep, client } from './filled-store.js';
import { createFiles, runHere } from './run.js';

const { directory } = createFiles();
const acme = client('acme');
const RULE = 'admin-interface-reachable';
const webPro = survey(site(answer('tcp/80', 'nec-webpro', { label: 'WebPro 3' })));

/** A day so many days from now. */
function dayFromNow(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

let stores = 0;
async function createStore(): Promise<string> {
  const store = join(directory, `waive-${++stores}.sqlite`);
  await addSweep(store, '2026-11-01T03:00:00.000Z', [{ client: acme, survey: webPro }]);
  return store;
}

const waive = (store: string, args: readonly string[], until = dayFromNow(300)) =>
  runHere(['waive', ...args, '--by', 'Ann', '--reason', 'moves soon', '--until', until, '--store', store]);

async function listed(store: string, ...args: string[]): Promise<Waiver[]> {
  const { stdout } = await runHere(['waivers', ...args, '--format', 'json', '--store', store]);
  return JSON.parse(stdout) as Waiver[];
}

/** How the client stands after one more sweep. */
async function standing(store: string, seen = webPro) {
  await addSweep(store, new Date().toISOString(), [{ client: acme, survey: seen }]);
  const { stdout } = await runHere(['clients', '--format', 'json', '--store', store]);
  const [{ state }] = JSON.parse(stdout) as [{ state: { issues: Record<string, { waived: boolean }> } }];
  return Object.fromEntries(Object.entries(state.issues).map(([key, { waived }]) => [key, waived]));
}

describe('waive', () => {
  test('accepts a finding as it is now: how bad, and who answers', async () => {
    const store = await createStore();
    const { code, stdout, stderr } = await waive(store, ['acme', RULE, 'tcp/80']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`accepted by Ann until ${dayFromNow(300)}: moves soon`);
    expect(await listed(store)).toMatchObject([
      {
        id: 1,
        clientId: 'acme',
        rule: RULE,
        endpoint: 'tcp/80',
        severity: 'critical',
        identity: 'WebPro 3',
        by: 'Ann',
      },
    ]);
    expect(await standing(store)).toMatchObject({ [`${RULE} tcp/80`]: true });
    const other = survey(site(answer('tcp/80', 'nec-webpro', { label: 'WebPro 4' })));
    expect(await standing(store, other)).toMatchObject({ [`${RULE} tcp/80`]: false });
  });

  test('accepts it wherever it is found, and says where it is not found now', async () => {
    const store = await createStore();
    await waive(store, ['acme', RULE]);
    expect(await listed(store, 'acme')).toMatchObject([{ endpoint: null, severity: 'critical', identity: null }]);
    const { code, stderr } = await waive(store, ['acme', 'dmz-suspected']);
    expect(code).toBe(0);
    expect(stderr).toContain('acme has no such finding now');
    expect(await standing(store, survey(site(see('tcp/8000', 'open'))))).toMatchObject({ [`${RULE} tcp/8000`]: true });
  });

  const soon = dayFromNow(300);
  test.each([
    [['acm', RULE], soon, 'the store has no client "acm" (did you mean "acme"?)'],
    [['acme', 'admin-interface-reachabel'], soon, `(did you mean "${RULE}"?)`],
    [['acme', RULE, '80'], soon, '"80" is not an endpoint'],
    [['acme', RULE], '2020-01-01', 'is past'],
    [['acme', RULE], '2027-02-30', 'is not a day'],
    [['acme', RULE], '31.12.2020', '--until: 2020-12-31 is past'],
    [
      ['acme', RULE],
      '3/4/2099',
      '"3/4/2099" can be read in two ways: write 2099-04-03 for 3 April 2099, or 2099-03-04',
    ],
    [['acme', RULE], '2199-01-01', 'at most two years ahead'],
    [['acme', RULE, '--reason', 'again'], soon, '--reason: expected one value, not 2'],
    [['acme'], soon, 'rule is missing; see sallyport waive --help'],
  ])('%j until %s is refused', async (args, until, message) => {
    const store = await createStore();
    const { code, stdout, stderr } = await waive(store, args, until);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(await listed(store)).toEqual([]);
  });

  test('takes a day as Europeans write it', async () => {
    const store = await createStore();
    const [year, month, day] = dayFromNow(300).split('-');
    const { stdout } = await waive(store, ['acme', RULE], `${day}.${month}.${year}`);
    expect(stdout).toContain(`accepted by Ann until ${dayFromNow(300)}: moves soon`);
  });

  test('says what accepts the same already, as long as it is valid', async () => {
    const store = await createStore();
    const tomorrow = dayFromNow(1);
    expect((await waive(store, ['acme', RULE, 'tcp/80'], tomorrow)).stderr).toBe('');
    const again = await waive(store, ['acme', RULE, 'tcp/80']);
    expect(again.code).toBe(0);
    expect(again.stderr).toBe(
      `sallyport: the same was accepted before, and any one of them is enough: 1 (tcp/80, by Ann, until ${tomorrow}). To take it back: sallyport waivers revoke 1\n`,
    );
    const wider = await waive(store, ['acme', RULE]);
    expect(wider.stderr).toContain(`1 (tcp/80, by Ann, until ${tomorrow}); 2 (tcp/80, by Ann, `);
    expect((await waive(store, ['acme', RULE, 'tcp/80'])).stderr).toContain('; 3 (anywhere, by Ann, ');
    // Not of another place or rule, and not once it is over.
    const other = await waive(store, ['acme', 'default-admin-port', 'tcp/80']);
    expect(other.stderr).not.toContain('accepted before');
    const opened = await openStore(store);
    for (const { id } of await opened.listWaivers()) await opened.revokeWaiver(id);
    const over = { clientId: 'acme', rule: RULE, by: 'Ann', reason: 'over', until: '2000-01-01' };
    await opened.addWaiver({ ...over, endpoint: null, severity: null, identity: null, grantedAt: '2000-01-01' });
    await opened.addWaiver({
      ...over,
      until: tomorrow,
      endpoint: 'tcp/8000',
      severity: null,
      identity: null,
      grantedAt: '2000-01-01',
    });
    await opened.close();
    expect((await waive(store, ['acme', RULE, 'tcp/80'])).stderr).toBe('');
  });

  test('an empty name is refused', async () => {
    const store = await createStore();
    const all = ['waive', 'acme', RULE, '--by', ' ', '--reason', 'x', '--until', dayFromNow(1), '--store', store];
    expect(await runHere(all)).toMatchObject({ code: 2, stderr: expect.stringContaining('--by: must not be empty') });
  });
});

describe('waivers', () => {
  test('lists what holds at a client, or at all', async () => {
    const store = await createStore();
    await waive(store, ['acme', RULE, 'tcp/80']);
    expect((await runHere(['waivers', '--store', store])).stdout).toMatch(
      /^1 {2}acme {2}admin-interface-reachable {2}tcp\/80\n {4}accepted by Ann[^]*valid up to critical[^]*only for "WebPro 3"/,
    );
    const typo = await runHere(['waivers', 'acm', '--store', store]);
    expect(typo).toMatchObject({ code: 2, stdout: '' });
    expect(typo.stderr).toContain('the store has no client "acm" (did you mean "acme"?)');
  });

  test('says that nothing was accepted', async () => {
    const store = await createStore();
    expect((await runHere(['waivers', 'acme', '--store', store])).stdout).toBe('nothing was accepted\n');
  });

  test('revokes one: it counts again', async () => {
    const store = await createStore();
    await waive(store, ['acme', RULE]);
    await standing(store);
    expect(await runHere(['waivers', 'revoke', '1', '--store', store])).toMatchObject({ code: 0, stderr: '' });
    expect(await listed(store)).toEqual([]);
    expect(await standing(store)).toMatchObject({ [`${RULE} tcp/80`]: false });
    for (const id of ['1', 'x', '-1'])
      expect(await runHere(['waivers', 'revoke', id, '--store', store])).toMatchObject({ code: 2 });
  });
});
