import { randomInt } from 'node:crypto';
import { CREDENTIAL_KIND_IDS, type CredentialContext, type CredentialKind } from '../../credentials/credential-kind.js';
import { type CredentialJudgement, judgeCredential } from '../../credentials/judge-credential.js';
import { proposeCredential } from '../../credentials/propose-credential.js';
import { CREDENTIAL_KINDS } from '../../credentials/registry.js';
import { listWords } from '../../credentials/words.js';
import { InputError } from '../../files/text/input-error.js';
import { renderJson } from '../../reports/json.js';
import { wrapText } from '../../words/layout.js';
import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';
import type { Values } from '../kit/option.js';
import { readSecret } from '../kit/secret.js';
import { TABLE_OR_JSON } from '../kit/store.js';
import { describeScreen, type Screen } from '../kit/terminal.js';

const OPTIONS = {
  extension: { list: true, value: 'NUMBER', describe: 'Extension number that must not be part of it' },
  phone: { list: true, value: 'NUMBER', describe: 'Phone number of the site' },
  company: { list: true, value: 'NAME', describe: 'Name of the company, the town or similar' },
  user: { list: true, value: 'NAME', describe: 'Name of a user' },
  propose: { switch: true, describe: 'Print a random one that is acceptable instead' },
  count: {
    limits: { least: 1, most: 100, whole: true },
    describe: 'How many proposals, all different',
  },
  ...TABLE_OR_JSON,
} as const;

type Arguments = Values<typeof OPTIONS>;

/** `sallyport credential`: judges a credential that is planned, or proposes one. */
export const command = defineCommand({
  words: { kind: { required: true, choices: CREDENTIAL_KIND_IDS, describe: 'What it is for' } },
  options: OPTIONS,
  secret:
    'Never give a credential as an argument: if that was one, other users and the history of the shell may have seen ' +
    'it, so choose another',
  examples: [
    ['credential voicemail-code --extension 104', 'Ask for a code, and judge it'],
    ['credential sip-password --propose --count 5', 'Five passwords'],
  ],
  notes: [
    'The credential is read from a hidden prompt or from standard input. Never give it as an argument, where other ' +
      'users and the history of the shell would see it.',
    'Exit codes: 0 acceptable, 1 not acceptable, 2 usage or internal error',
  ],
  async run(args) {
    if (args.propose === false) throw new InputError('--propose: takes no value');
    if (args.count !== undefined && !args.propose) throw new InputError('--count: only valid with --propose');
    const kind: CredentialKind = CREDENTIAL_KINDS[args.kind];
    const context = readContext(args);
    return args.propose ? propose(kind, context, args) : judge(kind, context, args.format);
  },
});

async function judge(kind: CredentialKind, context: CredentialContext, format: 'table' | 'json'): Promise<number> {
  const judgement = judgeCredential(kind, await readSecret(kind.title), context);
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
  const hint = acceptable ? [] : [`sallyport credential ${kind.id} --propose prints an acceptable one`];
  const head = `${label}  ${kind.title}${strength ? `, ${strength} by estimate` : ''}`;
  return [head, ...lines, ...hint].map((line) => `${line}\n`).join('');
}

function propose(kind: CredentialKind, context: CredentialContext, { count = 1, format }: Arguments): number {
  const proposals: string[] = [];
  while (proposals.length < count) {
    const proposal = proposeCredential(kind, { ...context, others: proposals }, randomInt);
    if (proposal === null)
      throw new InputError(`no further ${kind.title} is left that these numbers and names do not exclude`);
    proposals.push(proposal);
  }
  process.stdout.write(
    format === 'json' ? renderJson({ kind: kind.id, proposals }) : proposals.map((line) => `${line}\n`).join(''),
  );
  return EXIT.compliant;
}

function readContext({ extension = [], phone = [], company = [], user = [] }: Arguments): CredentialContext {
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
  // What no rule checks must not seem to have been checked.
  if (listWords([text]).length === 0) throw new InputError(`--${option}: expected a word of three letters or more`);
  return text;
}
