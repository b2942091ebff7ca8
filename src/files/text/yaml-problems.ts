import type { ErrorCode } from 'yaml';
import { quoteInput } from '../../words/input.js';

/** A problem of a text and where it begins. */
export interface YamlProblem {
  readonly message: string;
  readonly offset: number;
}

/** What the parser finds wrong, in its own words. */
export interface ParserError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly pos: readonly [number, number];
}

/** A value that begins with one of these means something else to YAML unless it is quoted. */
const RESERVED = '@`*&!%,';

/** What errors of the parser mean, by their code. */
const MEANINGS: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_DIRECTIVE: 'directives such as %YAML are not supported',
  BAD_DQ_ESCAPE: 'this backslash means nothing in double quotes; in single quotes it stands for itself',
  BAD_INDENT: 'this line is not indented like the lines that it belongs to',
  BLOCK_AS_IMPLICIT_KEY: 'this line is not indented like the lines that it belongs to',
  BLOCK_IN_FLOW: 'inside of brackets, lists and mappings need brackets too',
  KEY_OVER_1024_CHARS: 'a key has at most 1024 characters',
  MULTILINE_IMPLICIT_KEY: 'expected a key, a colon and a value in one line',
  MULTIPLE_DOCS: 'the file has multiple documents: keep one, without the line "---" between them',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  TAB_AS_INDENT: 'indent with spaces, not with tabs',
  TAG_RESOLVE_FAILED: 'tags are not supported',
};

/**
 * Says in words for people what the parser found wrong, once a line: what follows in the same line mostly comes from the
 * first mistake there.
 * @param most at most so many
 */
export function describeYamlErrors(text: string, errors: readonly ParserError[], most: number): YamlProblem[] {
  const problems: YamlProblem[] = [];
  let lineEnd = -1;
  for (const error of errors) {
    const [offset] = error.pos;
    if (offset < lineEnd) continue;
    if (problems.length >= most) break;
    lineEnd = endOfLine(text, offset);
    problems.push(hintToQuote(text, error) ?? { message: describeError(text, error), offset });
  }
  return problems;
}

/**
 * The hint to put a value in quotes where it begins with a character that YAML reserves, as `@daily` and `*` of a
 * schedule do; null if that is not what is wrong.
 */
export function hintToQuote(text: string, { pos, code }: Pick<ParserError, 'pos' | 'code'>): YamlProblem | null {
  const start = text.lastIndexOf('\n', pos[0] - 1) + 1;
  const line = text.slice(start, endOfLine(text, start));
  const value = findValue(line, pos[0] - start);
  if (value.text === '') return null;
  const offset = start + value.index;
  const shown = quoteInput(value.text, 200);
  if (RESERVED.includes(value.text[0]!)) {
    return { message: `a value that begins with "${value.text[0]}" needs quotes: write ${shown}`, offset };
  }
  const hasColon = code === 'BLOCK_AS_IMPLICIT_KEY' && /: /.test(value.text);
  return hasColon ? { message: `a value with a colon and a space in it needs quotes: write ${shown}`, offset } : null;
}

/** The value of a line that a column lies in: behind its key or dash, before a comment. */
function findValue(line: string, column: number): { readonly text: string; readonly index: number } {
  const inBrackets = /[[{]/.test(line.slice(0, column));
  const before = line.slice(0, column);
  const opening = inBrackets ? Math.max(...[...'[{,'].map((char) => before.lastIndexOf(char))) + 1 : 0;
  const [lead = ''] = /^\s*(?:- +)*(?:[^\s:#[{"'][^:#]{0,1023}:(?: +|$))?/.exec(line.slice(opening)) ?? [];
  const index = opening + lead.length;
  const end = inBrackets ? /[,\]}]/ : / #/;
  const [text = ''] = line.slice(index).split(end, 1);
  return { text: text.trim(), index };
}

function endOfLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end;
}

function describeError(text: string, { code, message, pos }: ParserError): string {
  const char = text[pos[0]];
  if (code === 'MISSING_CHAR' && message.startsWith('Missing closing')) return 'a quotation mark is never closed';
  if (code === 'BAD_INDENT' && message.startsWith('Flow')) {
    return `a bracket "${message.includes(' map ') ? '{' : '['}" before this is not closed`;
  }
  if (code === 'MISSING_CHAR' || (code === 'UNEXPECTED_TOKEN' && char === '-')) {
    return 'expected a key, a colon and a value; items of a list stand on lines of their own below their key';
  }
  if (code === 'UNEXPECTED_TOKEN' && (char === ']' || char === '}'))
    return `nothing is open that "${char}" could close`;
  return MEANINGS[code] ?? 'this does not belong here: check its indentation, and quotation marks and colons before it';
}
