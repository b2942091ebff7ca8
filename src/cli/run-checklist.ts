import { askAnswerer, askItems } from './ask-checklist.js';
import { openDialog } from './dialog.js';
import { EXIT } from './exit-codes.js';
import { readChecklistState } from './read-checklist-state.js';
import { refuseRepeats } from './refuse-repeats.js';
import { describeScreen, renderJson } from './screen.js';
import { chooseStorePath } from './store-path.js';
import { withStore } from './with-store.js';
import { createAnswer, loadAnswers, LONGEST } from '../files/checklists/checklist-answers.js';
import { DEFAULT_CHECKLIST, loadChecklist } from '../files/checklists/checklist.js';
import { checkClientId } from '../files/clients/inventory-schema.js';
import { InputError } from '../files/text/input-error.js';
import { openStore } from '../fleet/store/open-store.js';
import type { Store } from '../fleet/store/store.js';
import { type Checklist, type ChecklistState, type Role, ROLES } from '../model/checklist.js';
import { renderChecklist } from '../reports/checklist-table.js';
import { judgeChecklist } from '../site/checklist/checklist-state.js';
import { suggest } from '../words/input.js';
import { renderCount } from '../words/sentence.js';

/** What `sallyport checklist` takes. */
export interface ChecklistArguments {
  readonly client: string;
  readonly checklist: string | undefined;
  readonly by: string | undefined;
  readonly role: string | undefined;
  readonly answers: string | undefined;
  readonly show: boolean | undefined;
  readonly all: boolean | undefined;
  readonly format: 'table' | 'json';
  readonly store: string | undefined;
}

/** Takes answers from a file or a person, or none, and shows how the client stands; the exit code. */
export async function runChecklist(args: ChecklistArguments): Promise<number> {
  refuseRepeats(args);
  refuseIdle(args);
  checkClientId(args.client);
  const given = { by: readName(args.by), role: readRole(args.role) };
  const checklist = await loadChecklist(args.checklist ?? DEFAULT_CHECKLIST);
  if (args.show) return withStore(args.store, (store) => showState(store, checklist, args));
  const context = { clientId: args.client, now: new Date(), ...given };
  const answers = args.answers === undefined ? null : await loadAnswers(args.answers, checklist, context);
  if (!answers && !(process.stdin.isTTY && process.stderr.isTTY))
    throw new InputError('there is no terminal to ask on: give the answers with --answers FILE, or --show');
  const store = await openStore(chooseStorePath(args.store));
  try {
    if (answers) await store.addAnswers(answers);
    else await ask(store, checklist, { ...args, ...given });
    return await showState(store, checklist, args);
  } finally {
    await store.close();
  }
}

function refuseIdle(args: ChecklistArguments): void {
  const refuse = (mode: string, idle: readonly (keyof ChecklistArguments)[]) => {
    const name = idle.find((option) => args[option] !== undefined);
    if (name) throw new InputError(`--${name} is of no use with --${mode}`);
  };
  if (args.show) refuse('show', ['answers', 'by', 'role', 'all']);
  if (args.answers !== undefined) refuse('answers', ['all']);
}

function readName(text: string | undefined): string | undefined {
  if (text?.trim() === '') throw new InputError('--by: must not be empty');
  if (text !== undefined && text.length > LONGEST.by) throw new InputError(`--by: at most ${LONGEST.by} characters`);
  return text?.trim();
}

function readRole(text: string | undefined): Role | undefined {
  const role = ROLES.find((one) => one === text);
  if (text === undefined || role) return role;
  throw new InputError(`--role: expected ${ROLES.join(', ')}${suggest(text, ROLES)}`);
}

async function showState(store: Store, checklist: Checklist, { client, format }: ChecklistArguments): Promise<number> {
  const state = await readChecklistState(store, checklist, client);
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
    const { items } = await readChecklistState(store, checklist, clientId);
    const done = new Set(items.flatMap(({ id, state }) => (isDone(state) ? id : [])));
    const asked = checklist.items.filter(({ id, measuredBy }) => measuredBy === null && (all || !done.has(id)));
    const mine = asked.filter(({ attestedBy }) => attestedBy.includes(who.role));
    const others = asked.filter((item) => !mine.includes(item) && !done.has(item.id));
    const finished = await askItems(dialog, mine, describeScreen().width, (item, given) =>
      store.addAnswers([createAnswer(checklist, item, given, { clientId, ...who, now: new Date() })]),
    );
    if (!finished) dialog.tell('\nEnded early: what was answered until now is stored.\n');
    if (asked.length === 0) dialog.tell('\nNothing to ask: every answer still holds; --all asks again.\n');
    if (others.length > 0)
      dialog.tell(`\n${renderCount(others.length, 'item')} can not be attested as ${who.role}: see below who can.\n`);
    dialog.tell('\n');
  } finally {
    dialog.close();
  }
}

function isDone(state: ChecklistState['items'][number]['state']): boolean {
  return state === 'attested' || state === 'not-applicable';
}
