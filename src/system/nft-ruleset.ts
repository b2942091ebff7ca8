/** Chains in which the way of a packet for this machine, or of its answer, begins, in each table. */
const BEGIN = ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'];

/** Targets that let a packet go on (iptables-extensions(8)). Others, but for chains of the user, may not. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...['ACCEPT', 'RETURN', 'LOG', 'NFLOG', 'ULOG', 'MARK', 'CONNMARK', 'CT', 'NOTRACK', 'TOS', 'DSCP', 'TTL', 'TCPMSS'],
  ...['CHECKSUM', 'CLASSIFY', 'SET', 'TRACE', 'AUDIT', 'SECMARK', 'CONNSECMARK', 'RATEEST', 'IDLETIMER', 'LED', 'SNAT'],
  'MASQUERADE',
]);

/** Families of rules that see IPv4. */
const FAMILIES: readonly unknown[] = ['ip', 'inet', 'netdev', 'bridge', 'arp'];

/** Hooks that a packet for this machine passes, and those of its answer: without one no connection is made. */
const HOOKS: readonly unknown[] = ['ingress', 'prerouting', 'input', 'output', 'postrouting', 'egress'];

/** Statements that end a packet's way, or send it elsewhere. */
const OBSTACLES = ['drop', 'reject', 'queue', 'dnat', 'redirect', 'tproxy', 'synproxy', 'fwd'];

/** Deeper than any expression is. */
const MAX_DEPTH = 32;

type Fields = Readonly<Record<string, unknown>>;

/** Judges the output of `nft -j list ruleset` (libnftables-json(5)): whether a rule may keep IPv4 from arriving or being answered. */
export function judgeNftRuleset(json: string): FilterRules {
  const objects = readObjects(json);
  if (!objects) return { state: 'unread' };
  const chains = new Map<string, { hides: string | null; next: string[] }>();
  const begin: string[] = [];
  const maps = new Map<string, unknown>();
  for (const { chain, map } of objects) {
    if (isFields(map)) maps.set(nameIn(map, map['name']), map['elem']);
    if (!isFields(chain) || !FAMILIES.includes(chain['family'])) continue;
    const name = nameIn(chain, chain['name']);
    const isDrop = chain['policy'] === 'drop';
    chains.set(name, { hides: isDrop ? `chain ${name} has the policy drop` : null, next: [] });
    if (HOOKS.includes(chain['hook'])) begin.push(name);
  }
  for (const { rule } of objects) {
    if (!isFields(rule)) continue;
    const name = nameIn(rule, rule['chain']);
    const chain = chains.get(name);
    if (!chain) continue;
    const { hides, next } = readVerdicts(rule['expr'], (map) => maps.get(nameIn(rule, map)));
    if (hides !== null) chain.hides ??= `chain ${name} has a rule "${hides}"`;
    chain.next.push(...next.map((target) => nameIn(rule, target)));
  }
  return followChains(chains, begin);
}

function readObjects(json: string): readonly Fields[] | undefined {
  try {
    const { nftables } = JSON.parse(json) as { readonly nftables?: unknown };
    return Array.isArray(nftables) ? nftables.filter(isFields) : undefined;
  } catch {
    return undefined;
  }
}

/** Finds verdicts wherever they stand in a rule: as statements, and in verdict maps, those with names included. */
function readVerdicts(expression: unknown, findMap: (name: string) => unknown): RuleChain {
  const found = { hides: null as string | null, next: [] as string[] };
  const visit = (value: unknown, depth: number): void => {
    if (depth > MAX_DEPTH) found.hides ??= 'too deep to read';
    else if (typeof value === 'string' && value.startsWith('@')) visit(findMap(value.slice(1)), depth + 1);
    else if (Array.isArray(value)) for (const item of value) visit(item, depth + 1);
    else if (isFields(value)) for (const [key, item] of Object.entries(value)) visitField(key, item, depth);
  };
  const visitField = (key: string, item: unknown, depth: number): void => {
    const fields = isFields(item) ? item : {};
    if (OBSTACLES.includes(key)) found.hides ??= key;
    // What iptables put there and nft has no words for: a target may do anything, a match does nothing.
    else if (key === 'xt' && fields['type'] !== 'match' && !HARMLESS.has(String(fields['name']))) found.hides ??= 'xt';
    else if (key === 'jump' || key === 'goto') found.next.push(String(fields['target']));
    else visit(item, depth + 1);
  };
  visit(expression, 0);
  return found;
}

function nameIn({ family, table }: Fields, name: unknown): string {
  return [family, table, name].map(String).join(' ');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether packet filter rules may keep something from arriving, or from being answered. */
export type FilterRules =
  /** None can. */
  | { readonly state: 'clear' }
  /** One may; `by` names it. */
  | { readonly state: 'hides'; readonly by: string }
  /** They could not be read. */
  | { readonly state: 'unread' };

/** A chain of rules, in whatever system. */
export interface RuleChain {
  /** What in the chain itself may keep something from arriving; null for nothing. */
  readonly hides: string | null;
  /** Names of the chains that its rules go to. */
  readonly next: readonly string[];
}

/** Follows what comes and goes through the chains, from those where it begins. A missing chain does not block. */
function followChains(chains: ReadonlyMap<string, RuleChain>, begin: readonly string[]): FilterRules {
  const reached = new Set(begin);
  for (const name of reached) {
    const chain = chains.get(name);
    if (!chain) continue;
    if (chain.hides !== null) return { state: 'hides', by: chain.hides.slice(0, 200) };
    for (const next of chain.next) reached.add(next);
  }
  return { state: 'clear' };
}

/**
 * Judges the output of the legacy `iptables-save`: whether a rule may keep IPv4 from arriving or being answered. The program of the same
 * name that shows nftables' rules is told apart: it does not know of these.
 */
export function judgeIptablesSave(text: string): FilterRules {
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
