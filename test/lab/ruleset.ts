/** A port forward of the router: from its public address to the office. */
export interface Forward {
  readonly transport: 'tcp' | 'udp';
  readonly port: number;
  /** Where it leads, where not to the same port of the PBX. */
  readonly toPort?: number;
  /** The host that it leads to, where not the PBX. */
  readonly to?: string;
  /** The only network that may use it; such a forward is for IPv4 alone. */
  readonly from?: string;
  /** It takes one connection and no more. */
  readonly once?: boolean;
}

/** What the router does with what nobody asked for. */
export type Unsolicited = 'drop' | 'reset' | 'reject' | 'prohibit';

/** How a router is configured; nothing is forwarded and everything dropped unless told. */
export interface RouterRules {
  readonly forwards?: readonly Forward[];
  /** Everything from outside goes to the PBX. */
  readonly dmz?: boolean;
  readonly unsolicited?: Unsolicited;
  /** Whether the router answers ping, as most do; true unless told. */
  readonly ping?: boolean;
  /** Share of packets that are lost in each direction, in percent. */
  readonly loss?: number;
  /** Bans a source for a minute after so many new flows within one. */
  readonly banAfter?: number;
  /** The kernel's own SIP helper rewrites what goes to port 5060. */
  readonly sipAlg?: boolean;
  /** UDP bindings get a port of their own for each destination. */
  readonly randomPorts?: boolean;
}

/** The PBX's addresses in the office. */
export const PBX = '192.168.1.10';
export const PBX6 = '2001:db8:2::10';

const REFUSALS: Record<Unsolicited, string> = {
  drop: '',
  reset: 'meta l4proto tcp reject with tcp reset; reject with icmpx port-unreachable;',
  reject: 'reject;',
  prohibit: 'meta nfproto ipv4 reject with icmp host-prohibited; reject with icmpx admin-prohibited;',
};

/**
 * Renders a router's configuration for `nft -f`. IPv4 forwards are destination NAT, IPv6 forwards are openings
 * towards the PBX's own address. The chains `upnp…` are miniupnpd's.
 */
export function renderRuleset(rules: RouterRules): string {
  const { forwards = [], dmz = false, unsolicited = 'drop', ping = true } = rules;
  const refusal = REFUSALS[unsolicited];
  const openings = forwards
    .filter(({ from }) => from === undefined)
    .map(({ transport, port }) => `iifname "wan" ip6 daddr ${PBX6} ${transport} dport ${port} accept`);
  const translations = forwards.map(
    ({ transport, port, to = PBX, toPort = port, from, once }) =>
      `iifname "wan" meta nfproto ipv4 ${from ? `ip saddr ${from}` : ''} ${transport} dport ${port} ${once ? 'limit rate 1/day burst 1 packets' : ''} dnat ip to ${to}:${toPort}`,
  );
  return `
table inet filter {
  chain upnp { }
  chain input {
    type filter hook input priority 0; policy drop;
    ct state established,related accept
    iifname != "wan" accept
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit } accept
    ${ping ? 'icmp type echo-request accept; icmpv6 type echo-request accept' : ''}
    ${refusal}
  }
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "lan" accept
    ct status dnat accept
    ${ping ? 'icmpv6 type echo-request accept' : ''}
    ${openings.join('\n    ')}
    ${dmz ? `ip6 daddr ${PBX6} accept` : ''}
    jump upnp
    ${refusal}
  }
}
table inet nat {
  chain upnp { }
  chain upnp_out { }
  chain prerouting {
    type nat hook prerouting priority -100;
    ${translations.join('\n    ')}
    ${dmz ? `iifname "wan" meta nfproto ipv4 dnat ip to ${PBX}` : ''}
    jump upnp
  }
  chain postrouting {
    type nat hook postrouting priority 100;
    meta nfproto ipv4 oifname "wan" masquerade ${rules.randomPorts ? 'random' : ''}
    jump upnp_out
  }
}
${rules.loss ? renderLoss(rules.loss) : ''}
${rules.banAfter ? renderBan(rules.banAfter) : ''}
${rules.sipAlg ? SIP_ALG : ''}`;
}

const SIP_ALG = `
table ip alg {
  ct helper sip-udp { type "sip" protocol udp; }
  ct helper sip-tcp { type "sip" protocol tcp; }
  chain assign {
    type filter hook prerouting priority 0;
    udp dport 5060 ct helper set "sip-udp"
    tcp dport 5060 ct helper set "sip-tcp"
  }
}`;

function renderLoss(percent: number): string {
  const lose = `numgen random mod 1000 < ${percent * 10} drop`;
  return `
table inet weather {
  chain arriving { type filter hook prerouting priority -400; iifname "wan" ${lose}; }
  chain leaving { type filter hook postrouting priority 400; oifname "wan" ${lose}; }
}`;
}

function renderBan(flows: number): string {
  return `
table inet guard {
  set banned { type ipv4_addr; flags dynamic, timeout; timeout 1m; }
  set busy { type ipv4_addr; flags dynamic, timeout; timeout 1m; }
  chain arriving {
    type filter hook prerouting priority -150;
    iifname "wan" ip saddr @banned drop
    iifname "wan" ct state new add @busy { ip saddr limit rate over ${flows}/minute burst ${flows} packets } add @banned { ip saddr } drop
  }
}`;
}
