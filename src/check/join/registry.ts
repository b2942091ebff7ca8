import { RULES } from '../rules/registry.js';
import type { Rule } from '../rules/rule.js';
import { addressesDiffer } from './addresses-differ.js';
import { beyondTheseVantages } from './beyond-these-vantages.js';
import type { JoinFacts } from './facts.js';
import { restrictionBroken } from './restriction-broken.js';
import { restrictionHolds } from './restriction-holds.js';
import { silentToAll } from './silent-to-all.js';
import { vantageDidNotLook } from './vantage-did-not-look.js';
import { vantageShutOut } from './vantage-shut-out.js';

/** Every rule of the join. Findings of one severity and endpoint keep this order, after those of single vantages. */
export const JOIN_RULES: readonly Rule<JoinFacts>[] = [
  vantageDidNotLook,
  addressesDiffer,
  vantageShutOut,
  restrictionBroken,
  restrictionHolds,
  silentToAll,
  beyondTheseVantages,
];

/** Every rule that a report may name: those of a single vantage, and those of the join. */
export const EVERY_RULE: readonly Rule<never>[] = [...RULES, ...JOIN_RULES];
