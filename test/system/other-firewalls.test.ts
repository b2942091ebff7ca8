import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { standInSchema } from '../../src/model/site.js';
import { judgeMacosFirewall, judgeWindowsFirewall, readLocalFirewall } from '../../src/system/local-firewall.js';

const schema = standInSchema.shape.firewall;

describe("macOS' firewalls", () => {
  const OFF = {
    globalState: 'Firewall is disabled. (State = 0)\n',
    packetFilter: 'Status: Disabled for 0 days 00:12:21           Debug: Urgent\n\nState Table\n',
    extensions: '0 extension(s)\n',
  };
  const NETWORK_EXTENSION = `1 extension(s)
--- com.apple.system_extension.network_extension
enabled\tactive\tteamID\tbundleID (version)\tname\t[state]
*\t*\tABCDE12345\tcom.example.filter (1.0/1)\tfilter\t[activated enabled]
`;

  test('are off where all three are', () => expect(judgeMacosFirewall(OFF).state).toBe('off'));

  test.each([
    'Firewall is enabled. (State = 1)\n',
    'Firewall is blocking all non-essential incoming connections. (State = 2)\n',
  ])('are on: %j', (globalState) => {
    const { state, detail } = judgeMacosFirewall({ ...OFF, globalState });
    expect(state).toBe('on');
    expect(detail).toContain('System Settings');
  });

  test.each([
    ['could not be asked', { globalState: null }],
    ['could not be asked', { globalState: 'Firewall ist deaktiviert.' }],
    ['run this with sudo', { packetFilter: null }],
    ['pf is on', { packetFilter: 'Status: Enabled for 3 days 01:02:03           Debug: Urgent\n' }],
    ['network extension', { extensions: NETWORK_EXTENSION }],
    ['network extension', { extensions: null }],
  ])('are not known: %s %j', (why, answers) => {
    const { state, detail } = judgeMacosFirewall({ ...OFF, ...answers });
    expect(state).toBe('unknown');
    expect(detail).toContain(why);
  });
});

describe("Windows' firewall", () => {
  const KEY = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy';
  const POLICY = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall';
  const query = (key: string, switches: Record<string, number>) =>
    [
      '',
      ...Object.entries(switches).flatMap(([name, value]) => [
        `${key}\\${name}Profile`,
        `    EnableFirewall    REG_DWORD    0x${value.toString(16)}`,
        '',
      ]),
      'Suchende: 3 \u00dcbereinstimmung(en) gefunden.',
      '',
    ].join('\r\n');
  const set = (Domain: number, Public: number, Standard: number) => query(KEY, { Domain, Public, Standard });

  test('is on where it is for every kind of network', () => {
    expect(judgeWindowsFirewall(set(1, 1, 1), '').state).toBe('on');
  });

  test.each([
    ['other makers', set(0, 0, 0), ''],
    ['every kind', set(0, 1, 0), ''],
    ['every kind', query(KEY, { Domain: 1, Public: 1 }), ''],
    ['every kind', 'FEHLER: Zugriff verweigert', ''],
    ['every kind', set(0, 0, 0), query(POLICY, { Private: 1 })],
  ])('is never called off: %s', (why, settings, policies) => {
    const { state, detail } = judgeWindowsFirewall(settings, policies);
    expect(state).toBe('unknown');
    expect(detail).toContain(why);
  });

  test('is what policies say, before what is set', () => {
    const policies = query(POLICY, { Domain: 1, Private: 1, Public: 1 });
    expect(judgeWindowsFirewall(set(0, 0, 0), policies).state).toBe('on');
    expect(judgeWindowsFirewall(set(1, 1, 1), query(POLICY, { Public: 0 })).state).toBe('unknown');
  });
});

test('whatever is said fits the report', () => {
  const line = fc.constantFrom(
    'HKEY_X\\PublicProfile\n',
    '    EnableFirewall    REG_DWORD    0x1\n',
    '(State = 1)',
    '\n',
  );
  const text = fc.array(fc.oneof(line, fc.string())).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      expect(schema.safeParse(judgeWindowsFirewall(a, b)).success).toBe(true);
      const macos = judgeMacosFirewall({ globalState: a, packetFilter: b, extensions: c });
      expect(schema.safeParse(macos).success).toBe(true);
    }),
  );
});

test('this machine can be asked', async () => {
  expect(schema.safeParse(await readLocalFirewall()).error).toBeUndefined();
});
