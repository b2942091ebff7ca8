/** Whether packet filter rules may keep something from arriving. */
export type InboundRules =
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

/** Follows what arrives through the chains, from those where it begins. A chain that is missing is no obstacle. */
export function followChains(chains: ReadonlyMap<string, RuleChain>, begin: readonly string[]): InboundRules {
  const reached = new Set(begin);
  for (const name of reached) {
    const chain = chains.get(name);
    if (!chain) continue;
    if (chain.hides !== null) return { state: 'hides', by: chain.hides.slice(0, 200) };
    for (const next of chain.next) reached.add(next);
  }
  return { state: 'clear' };
}
