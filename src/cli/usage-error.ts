import { suggest } from '../words/input.js';
import { describeCredentialUsage } from './credential-usage.js';
import { COMMAND_OPTIONS, OPTION_NAMES, OPTIONS } from './options.js';
import { readOptionValue } from './option-value.js';

/** The commands, and what they take as a second word. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  check: [],
  profile: ['list', 'show', 'explain', 'validate'],
  sweep: [],
  watch: [],
  lan: [],
  preinstall: [],
  inventory: ['validate', 'list', 'import', 'export', 'template'],
  clients: [],
  history: [],
  diff: [],
  judge: [],
  waive: [],
  waivers: ['revoke'],
  checklist: [],
  alert: ['test', 'list', 'send', 'retry', 'validate'],
  store: ['info', 'check', 'prune', 'backup'],
  vantage: ['token', 'revoke'],
  credential: [],
  completion: [],
};

/** Says in one line what is wrong with the arguments, where yargs says it in its own words. */
export function describeUsageError(message: string, args: readonly string[]): string {
  if (isCredential(args)) return describeCredentialUsage(message);
  const unknown = /^Unknown arguments?: (.*)$/s.exec(message)?.[1];
  if (unknown !== undefined) return describeUnknown(unknown.split(', '), args);
  const missing = /^Not enough arguments following: (.*)$/s.exec(message)?.[1];
  if (missing !== undefined) return `${missing.length === 1 ? '-' : '--'}${missing}: a value is missing`;
  const choice = /^Invalid values:\n {2}Argument: ([^,]+), Given: "?(.*?)"?, Choices: /s.exec(message);
  const option = OPTION_NAMES.find((name) => name === choice?.[1]);
  const result = option && readOptionValue(option, choice?.[2]);
  if (result && 'problem' in result) return `--${option}: ${result.problem}`;
  if (message.startsWith('Not enough non-option arguments')) {
    return `something is missing after "${args.join(' ')}"; see sallyport ${args[0]} --help`;
  }
  return message;
}

/** Whether `sallyport credential` is meant, perhaps with options before it. */
function isCredential(args: readonly string[]): boolean {
  return args[0] === 'credential' || (args.includes('credential') && !Object.hasOwn(COMMANDS, args[0] ?? ''));
}

function describeUnknown(unknown: readonly string[], args: readonly string[]): string {
  const command = args.find((arg) => !arg.startsWith('-')) ?? '';
  for (const arg of args) {
    const flag = arg.split('=', 1)[0]!;
    const name = flag.replace(/^--?(?:no-)?/, '');
    if (!unknown.includes(arg.startsWith('-') ? name : arg)) continue;
    if (!arg.startsWith('-')) return describeWord(arg, args);
    if (command !== args[0] && name in OPTIONS) return `${flag}: options stand after the command`;
    return `unknown option ${flag}${suggest(flag, listFlags(command))}`;
  }
  return `unknown option ${unknown.join(', ')}`;
}

function describeWord(word: string, args: readonly string[]): string {
  const known = args[0] === word ? Object.keys(COMMANDS) : (COMMANDS[args[0] ?? ''] ?? []);
  const place = args.indexOf(word);
  if (place > 1 || known.length === 0) return `unexpected argument "${word}"`;
  return `unknown command "${word}"${suggest(word, known) || `; there are ${known.join(', ')}`}`;
}

function listFlags(command: string): string[] {
  const options = Object.hasOwn(COMMAND_OPTIONS, command)
    ? COMMAND_OPTIONS[command as keyof typeof COMMAND_OPTIONS]
    : {};
  return [...Object.keys(options), 'help', 'version'].map((name) => `--${name}`);
}
