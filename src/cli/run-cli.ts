import { InputError } from '../files/text/input-error.js';
import { VERSION } from '../version.js';
import { suggest } from '../words/input.js';
import { COMMANDS, findCommand } from './commands/registry.js';
import { type Command, optionsOf } from './kit/command.js';
import { EXIT } from './kit/ending.js';
import { endFailed, findFormat } from './kit/failure.js';
import { nameValue, renderHelp, renderIndex } from './kit/help.js';
import { listChoices } from '../words/sentence.js';
import { countProseColumns } from './kit/terminal.js';

const ABOUT = "Checks what a customer's router exposes of an NEC SL1100/SL2100 phone system.";
const NOTES = [
  '"sallyport COMMAND --help" shows what a command takes. To begin: sallyport check 203.0.113.7, or sallyport demo',
  'Exit codes: 0 compliant, 1 violation, 2 usage or internal error, 3 inconclusive',
];

/** A command with the name by which it was called: `sallyport` and one or two words. */
interface Called {
  readonly name: string;
  readonly title: string;
  readonly command: Command;
}

/** Options and words by name. */
type Given = Readonly<Record<string, unknown>>;

/** Parses the arguments, runs the command and returns its exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  try {
    return await dispatch(argv);
  } catch (error) {
    return endFailed(error, findFormat(argv, process.env));
  }
}

async function dispatch([first, ...rest]: readonly string[]): Promise<number> {
  const width = countProseColumns();
  if (first === 'help' && rest.length > 0) return dispatch([...rest, '--help']);
  if (first === undefined || ['help', '--help', '-h'].includes(first)) {
    const rows = Object.entries(COMMANDS).map(([name, { title }]) => [`sallyport ${name}`, title] as const);
    return write(renderIndex(ABOUT, rows, NOTES, width));
  }
  if (first === '--version' || first === '-V') return write(`${VERSION}\n`);
  if (first === '--complete') {
    const { renderCompletions } = await import('./kit/complete.js');
    return write(await renderCompletions(rest[0] ?? '', rest.slice(1)));
  }
  const entry = findCommand(first);
  if (!entry) throw await describeUnknown(first, rest);
  const [called, args] = findCalled({ name: `sallyport ${first}`, title: entry.title, ...(await entry.load()) }, rest);
  const { name, title, command } = called;
  const { parseArguments } = await import('./kit/parse-arguments.js');
  const parsed = parseArguments(name, command, args);
  if (parsed.ask === 'version') return write(`${VERSION}\n`);
  if (parsed.ask === 'help') return write(renderHelp(name, title, command, width));
  if (!command.run) {
    throw new InputError(`name what to do: ${name} ${listChoices(Object.keys(command.subcommands ?? {}))}`);
  }
  const values = fillIn(called, await addSettings(command, parsed.values));
  // The format may come from a file, which the arguments do not show.
  return command.run(values as never).catch((error: unknown) => endFailed(error, values['format']));
}

/** Adds the options that a file and the environment give. */
async function addSettings({ configurable, options }: Command, given: Given): Promise<Given> {
  if (!configurable) return given;
  const { readSettings } = await import('./kit/settings.js');
  return readSettings(options, given, process.env, isOption);
}

function write(text: string): number {
  process.stdout.write(text);
  return EXIT.compliant;
}

/** The command of a further word, where it has those; and the arguments that are left for it. */
function findCalled(called: Called, args: readonly string[]): readonly [Called, readonly string[]] {
  const { name, command } = called;
  const { subcommands, words } = command;
  const [word, ...rest] = args;
  if (!subcommands || word === undefined || word.startsWith('-')) return [called, args];
  const sub = Object.hasOwn(subcommands, word) ? subcommands[word] : undefined;
  if (sub) return [{ name: `${name} ${word}`, title: sub.title ?? '', command: sub }, rest];
  if (Object.keys(words).length > 0) return [called, args];
  const known = Object.keys(subcommands);
  throw new InputError(`unknown command "${word}"${suggest(word, known) || `; expected ${listChoices(known)}`}`);
}

/** Adds defaults, and refuses to go without what is required. */
function fillIn({ name, command }: Called, given: Given): Given {
  const absent = Object.entries(command.options).filter(([key]) => given[key] === undefined);
  const missing = absent.filter(([, { required }]) => required).map(([key, option]) => `--${key} ${nameValue(option)}`);
  if (missing.length > 0) {
    throw new InputError(`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing; see ${name} --help`);
  }
  return { ...Object.fromEntries(absent.map(([key, option]) => [key, option.default])), ...given };
}

/** Whether any command has an option of this name. */
async function isOption(name: string): Promise<boolean> {
  const all = await Promise.all(Object.values(COMMANDS).map(({ load }) => load()));
  return all.some(({ command }) => Object.hasOwn(command.options, name));
}

/** The error for a first word that is not a command. */
async function describeUnknown(first: string, rest: readonly string[]): Promise<InputError> {
  if (!first.startsWith('-')) {
    const hint = suggest(first, Object.keys(COMMANDS));
    // An address or a host name.
    const isTarget = /^[\w.:/-]*[.:][\w.:/-]*$/.test(first);
    const advice = isTarget ? `; to check it: sallyport check ${first}` : '; sallyport --help lists the commands';
    return new InputError(`unknown command "${first}"${hint || advice}`);
  }
  const flag = first.split('=', 1)[0]!;
  const name = rest.find((word) => findCommand(word));
  if (name === undefined) return new InputError(`unknown option ${flag}; see sallyport --help`);
  const { command } = await findCommand(name)!.load();
  const known = Object.hasOwn(optionsOf(command), flag.replace(/^--?(?:no-)?/, ''));
  const problem = known ? `${flag}: options come after the command` : `unknown option ${flag}`;
  const { refuseArgument } = await import('./kit/parse-arguments.js');
  return refuseArgument(`sallyport ${name}`, command, problem);
}
