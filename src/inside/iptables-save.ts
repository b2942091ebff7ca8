import { followChains, type InboundRules } from './inbound-rules.js';

/** Chains in which the way of a packet for this machine begins, in each table. */
const BEGIN = ['PREROUTING', 'INPUT'];

/** Targets that let a packet go on (iptables-extensions(8)). Others, but for chains of the user, may not. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...['ACCEPT', 'RETURN', 'LOG', 'NFLOG', 'ULOG', 'MARK', 'CONNMARK', 'CT', 'NOTRACK', 'TOS', 'DSCP', 'TTL', 'TCPMSS'],
  ...['CHECKSUM', 'CLASSIFY', 'SET', 'TRACE', 'AUDIT', 'SECMARK', 'CONNSECMARK', 'RATEEST', 'IDLETIMER', 'LED', 'SNAT'],
]);

/**
 * Judges the output of the legacy `iptables-save`: whether a rule may keep IPv4 from arriving. The program of the same
 * name that shows nftables' rules is told apart: it does not know of these.
 */
export function judgeIptablesSave(text: string): InboundRules {
  if (text.includes('(nf_tables)')) return { state: 'unread' };
  const chains = new Map<string, { hides: string | null; next: string[] }>();
  const begin: string[] = [];
  let table = '';
  for (const line of text.split('\n')) {
    const [kind = '', name = ''] = /^([*:]|-A )(\S+)/.exec(line)?.slice(1) ?? [];
    if (kind === '*') table = name;
    if (kind === ':') {
      const isDrop = line.split(' ', 2)[1] === 'DROP';
      chains.set(`${table} ${name}`, { hides: isDrop ? `chain ${name} has the policy DROP` : null, next: [] });
      if (BEGIN.includes(name)) begin.push(`${table} ${name}`);
    }
    if (kind === '-A ') chains.get(`${table} ${name}`)?.next.push(...readTargets(line).map((to) => `${table} ${to}`));
  }
  for (const [place, chain] of chains) {
    const target = chain.next.find((to) => !chains.has(to) && !HARMLESS.has(nameOf(to)));
    if (target !== undefined) chain.hides ??= `chain ${nameOf(place)} has a rule ${nameOf(target)}`;
  }
  return followChains(chains, begin);
}

/** Where a rule goes. A comment that reads like a target passes for one: that errs on the safe side. */
function readTargets(rule: string): string[] {
  return [...rule.matchAll(/ -[jg] (\S+)/g)].map(([, target]) => target!);
}

function nameOf(place: string): string {
  return place.slice(place.indexOf(' ') + 1);
}
