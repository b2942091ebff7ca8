import { randomInt } from 'node:crypto';
import type { CredentialContext, CredentialKind, CredentialKindId } from '../credentials/credential-kind.js';
import { type CredentialJudgement, judgeCredential } from '../credentials/judge-credential.js';
import { proposeCredential } from '../credentials/propose-credential.js';
import { CREDENTIAL_KINDS } from '../credentials/registry.js';
import { listWords } from '../credentials/words.js';
import { InputError } from '../files/text/input-error.js';
import { wrapText } from '../words/layout.js';
import { TOO_MANY_ARGUMENTS } from './credential-usage.js';
import { EXIT } from './exit-codes.js';
import { readCredential } from './read-credential.js';
import { refuseRepeats } from './refuse-repeats.js';
import { describeScreen, renderJson, type Screen } from './screen.js';

export interface CredentialArguments {
  /** Words besides the options: the command, and what stands after `--`. */
  readonly _: readonly (string | number)[];
  readonly kind: CredentialKindId;
  readonly extension: readonly string[] | undefined;
  readonly phone: readonly string[] | undefined;
  readonly company: readonly string[] | undefined;
  readonly user: readonly string[] | undefined;
  readonly propose: boolean | undefined;
  readonly count: number | undefined;
  readonly format: 'table' | 'json';
}

const MOST_PROPOSALS = 100;

/**
 * Runs `sallyport credential`. No error repeats what was given: somebody may have given the credential in place of
 * something else.
 */
export async function runCredential(args: CredentialArguments): Promise<number> {
  if (args._.length > 1) throw new InputError(TOO_MANY_ARGUMENTS);
  refuseRepeats(args, ['extension', 'phone', 'company', 'user']);
  if (args.propose === false) throw new InputError('--propose: takes no value');
  if (args.count !== undefined && !args.propose) throw new InputError('--count: stands with --propose alone');
  const kind: CredentialKind = CREDENTIAL_KINDS[args.kind];
  const context = readContext(args);
  return args.propose ? propose(kind, context, args) : judge(kind, context, args.format);
}

async function judge(kind: CredentialKind, context: CredentialContext, format: 'table' | 'json'): Promise<number> {
  const judgement = judgeCredential(kind, await readCredential(kind.title), context);
  process.stdout.write(
    format === 'json'
      ? renderJson({ kind: kind.id, ...judgement })
      : renderJudgement(kind, judgement, describeScreen()),
  );
  return judgement.acceptable ? EXIT.compliant : EXIT.violation;
}

function renderJudgement(kind: CredentialKind, judgement: CredentialJudgement, { width, paint }: Screen): string {
  const { acceptable, problems, strength } = judgement;
  const label = acceptable ? paint(['bold', 'green'], '✔ ACCEPTABLE') : paint(['bold', 'red'], '✖ NOT ACCEPTABLE');
  const lines = problems.flatMap(({ rule, level, message }) => {
    const mark = level === 'warning' ? ' (warning only)' : '';
    return wrapText(`${message} [${rule}]${mark}`, width - 4).map((line, at) => `${at === 0 ? '  - ' : '    '}${line}`);
  });
  const hint = acceptable ? [] : [`sallyport credential ${kind.id} --propose draws one that is acceptable`];
  const head = `${label}  ${kind.title}${strength ? `, ${strength} by estimate` : ''}`;
  return [head, ...lines, ...hint].map((line) => `${line}\n`).join('');
}

function propose(kind: CredentialKind, context: CredentialContext, args: CredentialArguments): number {
  const count = args.count ?? 1;
  if (!Number.isInteger(count) || count < 1 || count > MOST_PROPOSALS) {
    throw new InputError(`--count: expected a whole number from 1 to ${MOST_PROPOSALS}`);
  }
  const proposals: string[] = [];
  while (proposals.length < count) {
    const proposal = proposeCredential(kind, { ...context, others: proposals }, randomInt);
    if (proposal === null) throw new InputError(`no further ${kind.title} is left that none of the numbers exclude`);
    proposals.push(proposal);
  }
  process.stdout.write(
    args.format === 'json' ? renderJson({ kind: kind.id, proposals }) : proposals.map((line) => `${line}\n`).join(''),
  );
  return EXIT.compliant;
}

function readContext({ extension = [], phone = [], company = [], user = [] }: CredentialArguments): CredentialContext {
  return {
    extensions: extension.map(readExtension),
    phones: phone.map(readPhone),
    names: [...company.map((name) => readName('company', name)), ...user.map((name) => readName('user', name))],
    others: [],
  };
}

function readExtension(text: string): string {
  if (!/^[0-9]{1,8}$/.test(text)) throw new InputError('--extension: expected 1 to 8 digits');
  return text;
}

function readPhone(text: string): string {
  const digits = text.replace(/[\s()+./-]/g, '');
  if (!/^[0-9]{3,20}$/.test(digits)) throw new InputError('--phone: expected a number of 3 to 20 digits');
  return digits;
}

function readName(option: string, text: string): string {
  if (text.length > 128) throw new InputError(`--${option}: expected at most 128 characters`);
  // What no rule looks at must not seem to have been looked at.
  if (listWords([text]).length === 0) throw new InputError(`--${option}: expected a word of three letters or more`);
  return text;
}
