import type { StandIn } from '../model/site.js';
import { judgeIptablesSave, judgeNftRuleset } from './nft-ruleset.js';
import { readReturnPath } from './return-path.js';
import { readProc, runCommand, runFirst, WINDOWS } from './run-command.js';

/** The network profiles of Windows' firewall, by their names in the registry; policies call Standard Private too. */
const PROFILES = ['Domain', 'Standard', 'Public'] as const;

type Firewall = StandIn['firewall'];

/**
 * Asks this machine whether a firewall of its own may hide what arrives. `off` only where that is certain; `unknown`
 * with what to do, where it is not. Changes nothing. Never rejects.
 */
export async function readLocalFirewall(): Promise<Firewall> {
  try {
    return (await READERS[process.platform]?.()) ?? unknown(`this system (${process.platform}) cannot be asked`);
  } catch (error) {
    return unknown(`it could not be read: ${String(error).slice(0, 300)}`);
  }
}

const READERS: Partial<Record<NodeJS.Platform, () => Promise<Firewall>>> = {
  linux: readLinux,
  darwin: readMacos,
  win32: readWindows,
};

const AS_ROOT = 'run this as root, with nftables installed, to have them read';

/** Programs by their usual places: PATH is the environment's, which is not asked. */
const NFT = ['/usr/sbin/nft', '/sbin/nft', '/usr/bin/nft'];

const IPTABLES_SAVE = ['/usr/sbin/iptables-legacy-save', '/sbin/iptables-legacy-save', '/usr/sbin/iptables-save'];

/** Linux has two sets of rules: those of nftables, which most programs write today, and those of old iptables. */
async function readLinux(): Promise<Firewall> {
  const nft = await runFirst(NFT, ['-j', 'list', 'ruleset']);
  if (nft.kind !== 'ran')
    return unknown(`its rules are not known (${nft.kind === 'failed' ? nft.problem : 'there is no nft'}): ${AS_ROOT}`);
  if (nft.code !== 0) return unknown(`nft did not show its rules: ${AS_ROOT}`);
  const rules = judgeNftRuleset(nft.stdout);
  if (rules.state === 'unread') return unknown('the output of nft could not be read');
  if (rules.state === 'hides') return on(rules.by);
  const oneWay = await readReturnPath();
  if (oneWay !== null) return unknown(oneWay);
  if (!(await hasLegacyTables())) return CLEAR;
  const saved = await runFirst(IPTABLES_SAVE, []);
  const legacy = saved.kind === 'ran' && saved.code === 0 ? judgeIptablesSave(saved.stdout) : null;
  if (legacy?.state === 'hides') return on(legacy.by);
  return legacy?.state === 'clear'
    ? CLEAR
    : unknown('there are legacy iptables rules, which iptables-legacy-save did not show');
}

/** The kernel lists the tables of old iptables; there is no such file where it has never had one. */
async function hasLegacyTables(): Promise<boolean> {
  try {
    return (await readProc('/proc/net/ip_tables_names')).trim() !== '';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function readMacos(): Promise<Firewall> {
  const ask = async (file: string, args: readonly string[]): Promise<string | null> => {
    const result = await runCommand(file, args);
    return result.kind === 'ran' && result.code === 0 ? result.stdout : null;
  };
  const [globalState, packetFilter, extensions] = await Promise.all([
    ask('/usr/libexec/ApplicationFirewall/socketfilterfw', ['--getglobalstate']),
    ask('/sbin/pfctl', ['-s', 'info']),
    ask('/usr/bin/systemextensionsctl', ['list']),
  ]);
  return judgeMacosFirewall({ globalState, packetFilter, extensions });
}

async function readWindows(): Promise<Firewall> {
  const ask = async (key: string): Promise<string> => {
    const result = await runCommand(`${WINDOWS}\\System32\\reg.exe`, ['query', key, '/s', '/v', 'EnableFirewall']);
    return result.kind === 'ran' ? result.stdout : '';
  };
  const [settings, policies] = await Promise.all([
    ask('HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy'),
    ask('HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall'),
  ]);
  return judgeWindowsFirewall(settings, policies);
}

const CLEAR: Firewall = {
  state: 'off',
  detail: 'no rule of nftables or iptables here blocks what arrives or is answered',
};

function on(by: string): Firewall {
  return { state: 'on', detail: `its rules may hide what arrives: ${by}` };
}

function unknown(why: string): Firewall {
  return { state: 'unknown', detail: why };
}

/** What macOS' programs said; null if one could not be asked. */
export interface MacosAnswers {
  /** `socketfilterfw --getglobalstate` */
  readonly globalState: string | null;
  /** `pfctl -s info`, which only root may ask */
  readonly packetFilter: string | null;
  /** `systemextensionsctl list` */
  readonly extensions: string | null;
}

/** Judges macOS' three ways of filtering: the application firewall, pf, and network extensions of other makers. */
export function judgeMacosFirewall({ globalState, packetFilter, extensions }: MacosAnswers): StandIn['firewall'] {
  const state = /\(State = ([0-9])\)/.exec(globalState ?? '')?.[1];
  if (state === undefined) {
    return { state: 'unknown', detail: 'the application firewall could not be asked (socketfilterfw)' };
  }
  if (state !== '0') {
    const remedy = 'switch it off while the stand-in listens: System Settings, Network, Firewall';
    return { state: 'on', detail: `the application firewall of this machine is on; ${remedy}` };
  }
  const filter = /^Status: (Enabled|Disabled)/m.exec(packetFilter ?? '')?.[1];
  if (filter !== 'Disabled') {
    const why = filter ? 'is on: its rules may block something' : 'can be read only by root: run this with sudo';
    return { state: 'unknown', detail: `the application firewall is off, but the packet filter pf ${why}` };
  }
  if (!extensions?.includes('extension(s)') || extensions.includes('network_extension')) {
    return {
      state: 'unknown',
      detail: 'the firewall and pf are off, but a network extension of another maker may filter',
    };
  }
  return { state: 'off', detail: 'the application firewall and pf are off, and there is no network extension' };
}

type ProfileName = (typeof PROFILES)[number];

/**
 * Judges Windows' own firewall by two outputs of `reg query KEY /s /v EnableFirewall`, which no language changes: what
 * is set, and what policies say, which outranks it. Never `off`: other makers' products filter too, and cannot be asked.
 */
export function judgeWindowsFirewall(settings: string, policies: string): StandIn['firewall'] {
  const set = readSwitches(settings);
  const ruled = readSwitches(policies);
  const states = PROFILES.map((name) => ruled.get(name) ?? set.get(name));
  if (states.every((state) => state === true)) {
    const remedy = 'switch it off while the stand-in listens, or let Node.js receive: Windows Security, Firewall';
    return { state: 'on', detail: `Windows' firewall is on for all kinds of network; ${remedy}` };
  }
  if (states.every((state) => state === false)) {
    const doubt = 'but security products of other makers filter too and cannot be asked';
    return { state: 'unknown', detail: `Windows' own firewall is off for all kinds of network, ${doubt}` };
  }
  const doubt = 'and it is not known which kind this network is';
  return {
    state: 'unknown',
    detail: `Windows' firewall is not known to be on or off for every kind of network, ${doubt}`,
  };
}

function readSwitches(text: string): ReadonlyMap<ProfileName, boolean> {
  const switches = new Map<ProfileName, boolean>();
  let profile: ProfileName | undefined;
  for (const line of text.split('\n')) {
    const name = /\\(Domain|Standard|Private|Public)Profile\s*$/i.exec(line.slice(0, 512))?.[1]?.toLowerCase();
    if (/^HKEY_/.test(line))
      profile = PROFILES.find((known) => known.toLowerCase() === name?.replace('private', 'standard'));
    const value = /^\s+EnableFirewall\s+REG_DWORD\s+0x([0-9a-f]{1,8})\s*$/i.exec(line.slice(0, 512))?.[1];
    if (profile && value !== undefined) switches.set(profile, parseInt(value, 16) !== 0);
  }
  return switches;
}
