import { wrapCall, wrapText } from '../../words/layout.js';
import { type Command, optionsOf } from './command.js';
import { nameVariable, type Option, type Options } from './option.js';

/** Columns that may stand before a description; what is wider has a line of its own. */
const MOST_BEFORE = 28;

type Row = readonly [term: string, description: string];
type Section = readonly [heading: string, rows: readonly Row[]];

/**
 * Renders the help of a command.
 * @param name of the command, with `sallyport` before it
 */
export function renderHelp(name: string, title: string, command: Command, width: number): string {
  const { words, subcommands = {}, examples = [], notes = [] } = command;
  const options = optionsOf(command);
  const groups = [...new Set(Object.values(options).map(({ group = 'Options:' }) => group))];
  const subs = Object.entries(subcommands).map(([word, sub]): Row => [word + renderWords(sub.words), sub.title ?? '']);
  const places = command.configurable ? [describePlaces(options)] : [];
  return joinBlocks([
    [`Usage: ${name}${renderWords(words)}${command.run ? '' : ' COMMAND'} [options]`, '', ...wrapText(title, width)],
    ...renderSections(
      [
        ['Commands:', subs],
        ['Arguments:', Object.entries(words).map(([word, option]) => [word, describe(option)])],
        ...groups.map((group): Section => [group, listOptions(options, group)]),
      ],
      width,
    ),
    renderExamples(examples, width),
    ...[...notes, ...places].map((note) => wrapText(note, width)),
  ]);
}

/** Renders the help of `sallyport` itself: all commands, and what holds for all of them. */
export function renderIndex(about: string, commands: readonly Row[], notes: readonly string[], width: number): string {
  return joinBlocks([
    ['Usage: sallyport COMMAND [options]', '', ...wrapText(about, width)],
    ...renderSections([['Commands:', commands]], width),
    ...notes.map((note) => wrapText(note, width)),
  ]);
}

function joinBlocks(blocks: readonly (readonly string[])[]): string {
  const filled = blocks.filter((lines) => lines.length > 0);
  return filled.map((lines) => lines.map((line) => `${line}\n`).join('')).join('\n');
}

function renderWords(words: Options): string {
  return Object.entries(words)
    .map(([word, { required, list }]) => (required ? ` <${word}>` : ` [${word}${list ? ' ...' : ''}]`))
    .join('');
}

function renderSections(sections: readonly Section[], width: number): string[][] {
  const terms = sections.flatMap(([, rows]) => rows.map(([term]) => term.length));
  const before = Math.min(MOST_BEFORE, Math.max(...terms));
  const indent = ' '.repeat(before + 4);
  const renderRow = ([term, description]: Row): string[] => {
    const [first = '', ...rest] = wrapText(description, width - before - 4);
    if (term.length > before) return [`  ${term}`, indent + first, ...rest.map((line) => indent + line)];
    return [`  ${term.padEnd(before)}  ${first}`, ...rest.map((line) => indent + line)];
  };
  return sections.map(([heading, rows]) => (rows.length === 0 ? [] : [heading, ...rows.flatMap(renderRow)]));
}

function listOptions(options: Options, wanted: string): Row[] {
  return Object.entries(options)
    .filter(([, { group = 'Options:' }]) => group === wanted)
    .map(([name, option]) => {
      const short = option.short === undefined ? '    ' : `-${option.short}, `;
      return [`${short}--${name}${option.switch ? '' : ` ${nameValue(option)}`}`, describe(option)];
    });
}

/** What help and errors call the value of an option. */
export function nameValue({ value, limits, choices }: Option): string {
  return value ?? (limits ? 'NUMBER' : choices ? 'NAME' : 'TEXT');
}

function describe(option: Option): string {
  const { choices, default: value, otherwise = value } = option;
  const notes = [
    ...(choices ? [`one of ${choices.join(', ')}`] : []),
    ...(option.required ? ['required'] : []),
    ...(otherwise === undefined ? [] : [`default: ${otherwise}`]),
    ...(option.list ? ['can be repeated'] : []),
  ];
  return option.describe + (notes.length > 0 ? ` [${notes.join('; ')}]` : '');
}

function renderExamples(examples: NonNullable<Command['examples']>, width: number): string[] {
  if (examples.length === 0) return [];
  return [
    'Examples:',
    ...examples.flatMap(([call, answers]) => [
      ...wrapText(answers, width - 2).map((line) => `  ${line}`),
      ...wrapCall(`sallyport ${call}`, width - 4).map((line) => `    ${line}`),
    ]),
  ];
}

function describePlaces(options: Options): string {
  const [name = ''] = Object.keys(options);
  const example = `${nameVariable(name)} for --${name}`;
  return `Options can also come from a file (--config) and from the environment, for example ${example}.`;
}
