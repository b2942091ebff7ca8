import { describe, expect, test } from '@jest/globals';
import { createExclusion } from '../../../src/files/targets/guard.js';
import { parseTargetSpec } from '../../../src/files/targets/targets.js';
import type { Client } from '../../../src/model/client.js';
import type { Observation } from '../../../src/model/report.js';
import { type AskedAddress, checkAddress } from '../../../src/web/checks/check-address.js';
import type { CheckFigures } from '../../../src/web/checks/check-client.js';

const ASKED: AskedAddress = { target: '127.0.0.41', profile: 'closed', authorizedBy: 'Ann, ticket 7' };

const INVENTORY = { file: '/nowhere/clients.yaml', format: 'yaml', notes: [], groups: [] } as const;
const clientOf = (profile: string): Client => ({ profile }) as Client;

const prepare = (asked: Partial<AskedAddress>, figures: Partial<CheckFigures> = {}, profiles: string[] = []) =>
  checkAddress(
    { ...ASKED, ...asked },
    {
      files: {
        inventory: '/nowhere/clients.yaml',
        chosen: '',
        ignore: [],
        read: () => Promise.resolve({ alerts: null, inventory: { ...INVENTORY, clients: profiles.map(clientOf) } }),
      },
      figures: { confirmAfterMs: 0, allowSpecial: true, timing: 'fast', canaries: false, ...figures },
    },
  );

describe('an address that someone asks for', () => {
  test('is checked, and what is seen is told and counted as it comes', async () => {
    const counted: Observation[] = [];
    const work = await prepare({}, { onEndpoint: (seen) => void counted.push(seen) });
    const seen: Observation[] = [];
    const { reports } = await work((one) => void seen.push(one), new AbortController().signal);
    expect(reports.map(({ target, authorization }) => [target.address, authorization])).toEqual([
      ['127.0.0.41', 'Ann, ticket 7'],
    ]);
    expect(seen.length).toBeGreaterThan(5);
    expect(counted).toEqual(seen);
  });

  test.each([
    [{ target: '127.0.0.0/24' }, /several addresses/],
    [{ target: '127.0.0.1-3' }, /several addresses/],
    [{ target: 'http://' }, /host/],
    [{ target: '224.0.0.1' }, /multicast/],
    [{ profile: '/etc/passwd' }, /no profile "\/etc\/passwd"/],
    [{ profile: '../profiles/closed.yaml' }, /no profile/],
    [{ profile: 'close' }, /closed/],
    [{ source: 'nobody' }, /no source "nobody"/],
    [{ authorizedBy: '  ' }, /empty/],
  ])('is refused with a sentence where something is wrong: %j', async (asked, problem) => {
    await expect(prepare(asked)).rejects.toThrow(problem);
  });

  test('is refused where it is special, as everywhere', async () => {
    await expect(prepare({}, { allowSpecial: false })).rejects.toThrow('loopback');
  });

  test.each(['127.0.0.41', '127.0.0.0/24'])('is refused where the server excludes it: %s', async (excluded) => {
    const exclude = createExclusion([parseTargetSpec(excluded)]);
    await expect(prepare({}, { exclude })).rejects.toThrow('excluded');
  });

  test('is not checked by the back door of a name', async () => {
    const exclude = createExclusion(['127.0.0.0/8', '::/0'].map((text) => parseTargetSpec(text)));
    const work = await prepare({ target: 'localhost' }, { exclude });
    const seen: Observation[] = [];
    await expect(work((one) => void seen.push(one), new AbortController().signal)).rejects.toThrow('excluded');
    expect(seen).toEqual([]);
  });

  test('may be checked by a profile of a file that a client is checked by', async () => {
    const file = new URL('../../../profiles/sip-trunk.yaml', import.meta.url).pathname;
    await expect(prepare({ profile: file })).rejects.toThrow('no profile');
    await expect(prepare({ profile: file }, {}, [file])).resolves.toBeInstanceOf(Function);
  });
});
