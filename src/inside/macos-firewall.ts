import type { StandIn } from '../model/site.js';

/** What macOS' programs said; null where one could not be asked. */
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
    const why = filter ? 'is on: its rules may keep something away' : 'can be asked by root only: run this with sudo';
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
