import type { Issue, SlotState } from '../../model/change.js';
import { toRecord } from './slot-state.js';
import { withSightings } from './sightings.js';

/*
 * A vantage under another name. What it saw open stays known from it, and so ends only once it sees it shut under its new
 * name: nothing is over because of the new name, and nothing stands for ever because of the old one.
 */

/** What a state knows of a vantage. */
export interface KnownFrom {
  /** Whether anything at all. */
  readonly isKnown: boolean;
  /** The violations that it saw and that stand. */
  readonly issues: number;
}

/** What is known from a vantage at a slot. */
export function countKnown({ issues, refusalsTo = {} }: SlotState, name: string): KnownFrom {
  const own = Object.values(issues).filter((issue) => isSeenFrom(issue, name));
  return { isKnown: own.length > 0 || Object.hasOwn(refusalsTo, name), issues: own.length };
}

/** The names of the vantages that a state knows. */
export function listNamed({ issues, refusalsTo = {} }: SlotState): string[] {
  return [...Object.keys(refusalsTo), ...Object.values(issues).flatMap(({ seenFrom = {} }) => Object.keys(seenFrom))];
}

/**
 * A state in which a vantage has another name; what that name knows already, it knows further. What both saw as different
 * sources stays as it is: they cannot be one place. Pure.
 */
export function renameVantage(state: SlotState, from: string, to: string): SlotState {
  const issues = Object.entries(state.issues).map(([key, issue]) => [key, renameIn(issue, from, to)] as const);
  const { refusalsTo, silentTo } = state;
  return {
    ...state,
    issues: toRecord(issues),
    ...(refusalsTo && { refusalsTo: renameKey(refusalsTo, from, to) }),
    ...(silentTo && { silentTo: renameKey(silentTo, from, to) }),
  };
}

function renameKey<T>(record: Readonly<Record<string, T>>, from: string, to: string): Readonly<Record<string, T>> {
  const { [from]: own, ...others } = record;
  return own === undefined ? record : toRecord(Object.entries({ [to]: own, ...others }));
}

function renameIn(issue: Issue, from: string, to: string): Issue {
  if (!isSeenFrom(issue, from)) return issue;
  const { [from]: source = '', ...others } = issue.seenFrom!;
  if (Object.hasOwn(others, to) && others[to] !== source) return issue;
  return withSightings(issue, { ...others, [to]: source });
}

const isSeenFrom = ({ seenFrom = {} }: Issue, name: string): boolean => Object.hasOwn(seenFrom, name);
