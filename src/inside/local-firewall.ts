import type { StandIn } from '../model/site.js';
import { judgeIptablesSave } from './iptables-save.js';
import { judgeMacosFirewall } from './macos-firewall.js';
import { judgeNftRuleset } from './nft-ruleset.js';
import { readProc } from './read-proc.js';
import { runCommand, runFirst, WINDOWS } from './run-command.js';
import { judgeWindowsFirewall } from './windows-firewall.js';

type Firewall = StandIn['firewall'];

/**
 * Asks this machine whether a firewall of its own may hide what arrives. `off` only where that is certain; `unknown`
 * with what to do, where it is not. Changes nothing. Never rejects.
 */
export async function readLocalFirewall(): Promise<Firewall> {
  try {
    return (await READERS[process.platform]?.()) ?? unknown(`this system (${process.platform}) can not be asked`);
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
  if (rules.state === 'unread') return unknown('what nft said could not be read');
  if (rules.state === 'hides') return on(rules.by);
  if (!(await hasLegacyTables())) return CLEAR;
  const saved = await runFirst(IPTABLES_SAVE, []);
  const legacy = saved.kind === 'ran' && saved.code === 0 ? judgeIptablesSave(saved.stdout) : null;
  if (legacy?.state === 'hides') return on(legacy.by);
  return legacy?.state === 'clear'
    ? CLEAR
    : unknown('there are rules of old iptables, which iptables-legacy-save did not show');
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

const CLEAR: Firewall = { state: 'off', detail: 'no rule of nftables or iptables here keeps anything from arriving' };

function on(by: string): Firewall {
  return { state: 'on', detail: `its rules may hide what arrives: ${by}` };
}

function unknown(why: string): Firewall {
  return { state: 'unknown', detail: why };
}
