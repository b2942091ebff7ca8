import { findSourceProblems } from '../profiles/profile-overrides.js';
import { type ProfileChoice } from '../profiles/profile.js';
import { applyServiceOverrides } from '../profiles/profile-overrides.js';
import { loadProfile } from '../profiles/profile.js';
import { InputError, type ProblemList } from '../text/input-error.js';
import type { KeyPath } from '../text/yaml-document.js';
import type { Client } from '../../model/client.js';
import type { Profile } from '../../model/profile.js';
import { quoteInput, suggest } from '../../words/input.js';

/** What is wrong with a client's choice of profile, with the key that it is about. */
export interface ProfileProblem {
  readonly path: KeyPath;
  readonly problem: string;
}

/** The profile that a client chooses, and what it says of that profile's services and sources. */
export type ClientChoice = ProfileChoice & Pick<Client, 'source'>;

/** The profiles of an inventory; each is read once. */
export interface InventoryProfiles {
  /** A profile, or why there is none; what is wrong within its file is told apart. */
  load(name: string): Promise<Profile | string>;
  /** Says what is wrong with a choice. */
  judge(choice: ClientChoice): Promise<readonly ProfileProblem[]>;
}

const NOTHING: readonly ProfileProblem[] = [];

/**
 * Gets ready to read profiles.
 * @param problems takes the problems inside of profile files
 */
export function createInventoryProfiles(problems: ProblemList): InventoryProfiles {
  const profiles = new Map<string, Profile | string>();
  // By the very objects of services and sources: rows with the same cell share them.
  const known = new Map<string, WeakMap<object, WeakMap<object, readonly ProfileProblem[]>>>();
  const load = async (name: string): Promise<Profile | string> => {
    const before = profiles.get(name);
    if (before !== undefined) return before;
    const profile = await loadOrDescribe(name, problems);
    profiles.set(name, profile);
    return profile;
  };
  return {
    load,
    async judge(choice) {
      const { profile: name, services, sources, source } = choice;
      const key = JSON.stringify([name, source]);
      const byServices = known.get(key) ?? new WeakMap<object, WeakMap<object, readonly ProfileProblem[]>>();
      const bySources = byServices.get(services) ?? new WeakMap<object, readonly ProfileProblem[]>();
      const before = bySources.get(sources);
      if (before) return before;
      const profile = await load(name);
      const found = typeof profile === 'string' ? [{ path: ['profile'], problem: profile }] : judge(profile, choice);
      known.set(key, byServices.set(services, bySources.set(sources, found)));
      return found;
    },
  };
}

async function loadOrDescribe(name: string, problems: ProblemList): Promise<Profile | string> {
  try {
    return await loadProfile(name);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { file, line } = error.place;
    const unread = !error.message.includes('\n') && (file === undefined || line === undefined);
    if (unread) return error.message;
    problems.addError(error);
    return `profile ${quoteInput(name)} is not valid`;
  }
}

function judge(profile: Profile, { services, sources, source }: ClientChoice): readonly ProfileProblem[] {
  const found: ProfileProblem[] = findSourceProblems(profile, sources).map(({ id, problem }) => ({
    path: ['sources', id],
    problem,
  }));
  const ids = profile.services.map(({ id }) => id);
  const strangers = Object.keys(services).filter((id) => !ids.includes(id));
  for (const id of strangers) {
    const problem = `profile ${quoteInput(profile.name)} has no service ${quoteInput(id)}${suggest(id, ids)}`;
    found.push({ path: ['services', id], problem });
  }
  if (strangers.length === 0) {
    try {
      applyServiceOverrides(profile, services);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      found.push({ path: ['services'], problem: error.problem });
    }
  }
  if (source !== null && !Object.hasOwn(profile.sources, source)) {
    const hint = suggest(source, Object.keys(profile.sources));
    found.push({
      path: ['source'],
      problem: `profile ${quoteInput(profile.name)} has no source ${quoteInput(source)}${hint}`,
    });
  }
  return found.length > 0 ? found : NOTHING;
}
