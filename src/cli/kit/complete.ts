import { COMMANDS, findCommand } from '../commands/registry.js';
import { type Command, optionsOf } from './command.js';
import type { Option } from './option.js';
import { withStore } from './store.js';

/** What may stand for a word, with a description where there is one. */
type Candidate = readonly [text: string, description?: string];

/**
 * What may stand for the last of the words that follow `sallyport`, one in a line. Empty if nothing is known, as
 * for files: then the shell completes by itself.
 */
export async function renderCompletions(shell: string, words: readonly string[]): Promise<string> {
  const current = words.at(-1) ?? '';
  const candidates = (await findCandidates(words.slice(0, -1), current)).filter(([text]) => text.startsWith(current));
  const describe = ([text, description]: Candidate) =>
    shell === 'zsh' && description ? `${text.replaceAll(':', '\\:')}:${description}` : text;
  return candidates.map((candidate) => `${describe(candidate)}\n`).join('');
}

async function findCandidates(before: readonly string[], current: string): Promise<Candidate[]> {
  const [name, ...rest] = before;
  const names = Object.entries(COMMANDS).map(([key, { title }]): Candidate => [key, title]);
  if (name === undefined) return [...names, ['help', 'Show the help of a command']];
  if (name === 'help') return rest.length === 0 ? names : [];
  const entry = findCommand(name);
  if (!entry) return [];
  const { command } = await entry.load();
  const [word, ...further] = rest;
  const sub = word !== undefined && Object.hasOwn(command.subcommands ?? {}, word) ? command.subcommands?.[word] : null;
  if (sub) return completeArguments(sub, further, current);
  const subs = Object.entries(command.subcommands ?? {}).map(([key, { title = '' }]): Candidate => [key, title]);
  return [...(rest.length === 0 ? subs : []), ...(await completeArguments(command, rest, current))];
}

async function completeArguments(command: Command, before: readonly string[], current: string): Promise<Candidate[]> {
  const options = optionsOf(command);
  const given = new Map<string, string>();
  let words = 0;
  let open: string | null = null;
  for (const arg of before) {
    if (open !== null) {
      given.set(open, arg);
      open = null;
    } else if (arg.startsWith('-')) {
      const name = findOption(options, arg);
      open = name !== undefined && !options[name]?.switch ? name : null;
    } else words++;
  }
  if (open !== null) return listValues(options[open]!, given);
  if (current.startsWith('-')) {
    return Object.entries(options).map(([name, { describe }]): Candidate => [`--${name}`, describe]);
  }
  const all = Object.values(command.words);
  const wanted = all[words] ?? (all.at(-1)?.list ? all.at(-1) : undefined);
  return wanted ? listValues(wanted, given) : [];
}

function findOption(options: Readonly<Record<string, Option>>, flag: string): string | undefined {
  return Object.keys(options).find((name) => flag === `--${name}` || flag === `-${options[name]!.short}`);
}

async function listValues({ choices, complete }: Option, given: ReadonlyMap<string, string>): Promise<Candidate[]> {
  if (choices) return choices.map((choice) => [choice]);
  if (!complete) return [];
  // What cannot be read, as a store that does not exist, completes nothing.
  return SOURCES[complete](given).catch(() => []);
}

/** Where the values of options and words come from; each is loaded only when it is asked. */
const SOURCES: Readonly<
  Record<NonNullable<Option['complete']>, (given: ReadonlyMap<string, string>) => Promise<Candidate[]>>
> = {
  async profile() {
    const { listProfiles } = await import('../../files/profiles/profile.js');
    return (await listProfiles()).map(({ name, title }) => [name, title]);
  },
  async client(given) {
    const inventory = given.get('inventory');
    if (inventory !== undefined) {
      const { loadInventory } = await import('../../files/clients/inventory.js');
      return (await loadInventory(inventory)).clients.map(({ id, name }) => [id, name]);
    }
    return (await withStore(given.get('store'), (store) => store.listClientIds())).map((id) => [id]);
  },
  async rule() {
    const { explainRule, listRuleIds } = await import('../../site/judge/explain-rules.js');
    return listRuleIds().map((id) => [id, explainRule(id)?.title]);
  },
  async 'rule of check'() {
    const { EVERY_RULE } = await import('../../check/join/registry.js');
    return EVERY_RULE.map(({ id, title }) => [id, title]);
  },
};
