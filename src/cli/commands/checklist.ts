import { createAnswer, loadAnswers, LONGEST } from '../../files/checklists/checklist-answers.js';
import { DEFAULT_CHECKLIST, loadChecklist } from '../../files/checklists/checklist.js';
import { checkClientId } from '../../files/clients/inventory-schema.js';
import { InputError } from '../../files/text/input-error.js';
import { openStore } from '../../fleet/store/open-store.js';
import type { Store } from '../../fleet/store/store.js';
import { readChecklistState } from '../../fleet/handover/read-checklist.js';
import {
  type Checklist,
  type ChecklistAnswer,
  type ChecklistItem,
  type ChecklistState,
  type Role,
  ROLES,
} from '../../model/checklist.js';
import { renderChecklist, renderQuestion } from '../../reports/checklist-table.js';
import { renderJson } from '../../reports/json.js';
import { judgeChecklist } from '../../site/checklist/checklist-state.js';
import { listChoices, renderCount } from '../../words/sentence.js';
import { defineCommand } from '../kit/command.js';
import { type Dialog, openDialog } from '../kit/dialog.js';
import { EXIT } from '../kit/ending.js';
import { type Values } from '../kit/option.js';
import { chooseStore, CLIENT, STORE, TABLE_OR_JSON, withStore } from '../kit/store.js';
import { describeScreen } from '../kit/terminal.js';

const OPTIONS = {
  client: { ...CLIENT, required: true, value: 'ID' },
  checklist: {
    value: 'NAME',
    otherwise: DEFAULT_CHECKLIST,
    describe: 'A shipped checklist, or a file',
  },
  by: { value: 'NAME', describe: 'Who answers' },
  role: { choices: ROLES, describe: 'The role of the person who answers' },
  answers: { value: 'FILE', describe: 'Take the answers from a YAML file, and ask nothing' },
  all: { switch: true, describe: 'Ask again about items that are already answered' },
  show: { switch: true, describe: 'Ask nothing: show the answers of the client' },
  ...TABLE_OR_JSON,
  ...STORE,
} as const;

type Arguments = Values<typeof OPTIONS>;

/** `sallyport checklist`: the hardening that no packet shows, item by item. */
export const command = defineCommand({
  options: OPTIONS,
  examples: [
    ['checklist --client acme', 'Ask for the items one by one'],
    ['checklist --client acme --answers acme.yaml', 'Take the answers from a file'],
  ],
  notes: ['Exit codes: 0 all attested or not applicable, 1 something is not done, 3 answers are missing or expired'],
  async run(args) {
    refuseIdle(args);
    checkClientId(args.client);
    const given = { by: readName(args.by), role: args.role };
    const checklist = await loadChecklist(args.checklist ?? DEFAULT_CHECKLIST);
    if (args.show) return withStore(args.store, (store) => showState(store, checklist, args));
    const context = { clientId: args.client, now: new Date(), ...given };
    const answers = args.answers === undefined ? null : await loadAnswers(args.answers, checklist, context);
    if (!answers && !(process.stdin.isTTY && process.stderr.isTTY))
      throw new InputError('there is no terminal to ask on: give the answers with --answers FILE, or use --show');
    const store = await openStore(chooseStore(args.store));
    try {
      if (answers) await store.addAnswers(answers);
      else await ask(store, checklist, { ...args, ...given });
      return await showState(store, checklist, args);
    } finally {
      await store.close();
    }
  },
});

function refuseIdle(args: Arguments): void {
  const refuse = (mode: string, idle: readonly (keyof Arguments)[]) => {
    const name = idle.find((option) => args[option] !== undefined);
    if (name) throw new InputError(`--${name} has no effect with --${mode}`);
  };
  if (args.show) refuse('show', ['answers', 'by', 'role', 'all']);
  if (args.answers !== undefined) refuse('answers', ['all']);
}

function readName(text: string | undefined): string | undefined {
  if (text?.trim() === '') throw new InputError('--by: must not be empty');
  if (text !== undefined && text.length > LONGEST.by) throw new InputError(`--by: at most ${LONGEST.by} characters`);
  return text?.trim();
}

async function showState(store: Store, checklist: Checklist, { client, format }: Arguments): Promise<number> {
  const state = await readChecklistState(store, checklist, client, new Date());
  const text =
    format === 'json' ? renderJson({ client, ...state }) : renderChecklist(client, checklist, state, describeScreen());
  process.stdout.write(text);
  return EXIT[judgeChecklist(state)];
}

interface Asking {
  readonly client: string;
  readonly by: string | undefined;
  readonly role: Role | undefined;
  readonly all: boolean | undefined;
}

/** Asks on the terminal, on standard error, so that the result can go into a file. Each answer is stored at once. */
async function ask(
  store: Store,
  checklist: Checklist,
  { client: clientId, by, role, all = false }: Asking,
): Promise<void> {
  const dialog = openDialog(process.stdin, process.stderr, true);
  try {
    const who = await askAnswerer(dialog, { by, role });
    if (!who) return;
    const { items } = await readChecklistState(store, checklist, clientId, new Date());
    const done = new Set(items.flatMap(({ id, state }) => (isDone(state) ? id : [])));
    const asked = checklist.items.filter(({ id, measuredBy }) => measuredBy === null && (all || !done.has(id)));
    const mine = asked.filter(({ attestedBy }) => attestedBy.includes(who.role));
    const others = asked.filter((item) => !mine.includes(item) && !done.has(item.id));
    const finished = await askItems(dialog, mine, describeScreen().width, (item, given) =>
      store.addAnswers([createAnswer(checklist, item, given, { clientId, ...who, now: new Date() })]),
    );
    if (!finished) dialog.tell('\nEnded early: the answers up to here are stored.\n');
    if (asked.length === 0) dialog.tell('\nNothing to ask: every answer is still valid; --all asks again.\n');
    if (others.length > 0)
      dialog.tell(`\n${renderCount(others.length, 'item')} cannot be attested as ${who.role}: see below who can.\n`);
    dialog.tell('\n');
  } finally {
    dialog.close();
  }
}

function isDone(state: ChecklistState['items'][number]['state']): boolean {
  return state === 'attested' || state === 'not-applicable';
}

const ANSWERS: Readonly<Record<string, ChecklistAnswer | 'skip'>> = {
  ...{ y: 'yes', yes: 'yes', n: 'no', no: 'no', na: 'not-applicable', 'n/a': 'not-applicable' },
  ...{ u: 'unknown', unknown: 'unknown', s: 'skip', skip: 'skip', '': 'skip' },
};
const QUESTION = 'Is this the case? y, n, na (does not apply), u (not known), Enter to skip: ';

/** Asks who answers, where that is not given; null if the input ended. */
export async function askAnswerer(
  dialog: Dialog,
  given: { readonly by: string | undefined; readonly role: Role | undefined },
): Promise<{ by: string; role: Role } | null> {
  const fits = (text: string) => text !== '' && text.length <= LONGEST.by;
  const by = given.by ?? (await askUntil(dialog, 'Your name: ', (text) => (fits(text) ? text : undefined)));
  if (by === null) return null;
  const findRole = (text: string) => ROLES.find((role) => role === text.toLowerCase());
  const role = given.role ?? (await askUntil(dialog, `Your role (${listChoices(ROLES)}): `, findRole));
  return role === null ? null : { by, role };
}

/** What is done with an answer before the next item is asked. */
export type KeepAnswer = (item: ChecklistItem, given: { answer: ChecklistAnswer; note: string }) => Promise<void>;

/** Asks items one by one. False if the input ended first: what was answered until then is kept. */
export async function askItems(
  dialog: Dialog,
  items: readonly ChecklistItem[],
  width: number,
  keep: KeepAnswer,
): Promise<boolean> {
  for (const [index, item] of items.entries()) {
    dialog.tell(renderQuestion(item, `${index + 1} of ${items.length}`, width));
    const answer = await askUntil(dialog, QUESTION, readAnswer);
    if (answer === null) return false;
    if (answer === 'skip') continue;
    const needsNote = answer === 'no' || answer === 'not-applicable';
    const note = needsNote ? await askUntil(dialog, 'Note (Enter for none): ', readNote) : '';
    // Anyone who ends at the note has answered all the same.
    await keep(item, { answer, note: note ?? '' });
    if (note === null) return false;
  }
  return true;
}

function readAnswer(text: string): ChecklistAnswer | 'skip' | undefined {
  const word = text.toLowerCase();
  return Object.hasOwn(ANSWERS, word) ? ANSWERS[word] : undefined;
}

function readNote(text: string): string | undefined {
  return text.length <= LONGEST.note ? text : undefined;
}

/** Asks until the answer can be read; null if the input ended. */
async function askUntil<T>(dialog: Dialog, question: string, read: (text: string) => T | undefined): Promise<T | null> {
  for (;;) {
    const text = await dialog.ask(question);
    if (text === null) return null;
    const value = read(text);
    if (value !== undefined) return value;
  }
}
