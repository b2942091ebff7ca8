import type { StandIn } from '../model/site.js';

/** The network profiles of Windows' firewall, by their names in the registry; policies call Standard Private too. */
const PROFILES = ['Domain', 'Standard', 'Public'] as const;
type ProfileName = (typeof PROFILES)[number];

/**
 * Judges Windows' own firewall by two outputs of `reg query KEY /s /v EnableFirewall`, which no language changes: what
 * is set, and what policies say, which outranks it. Never `off`: other makers' products filter too, and can't be asked.
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
    const doubt = 'but security products of other makers filter too and can not be asked';
    return { state: 'unknown', detail: `Windows' own firewall is off for all kinds of network, ${doubt}` };
  }
  const doubt = 'and which of them this network counts as is not known';
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
