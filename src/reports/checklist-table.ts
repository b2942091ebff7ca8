import type { Checklist, ChecklistItem, ChecklistState } from '../model/checklist.js';
import { forTerminal } from '../words/escape.js';
import { wrapText } from '../words/layout.js';
import type { Paint } from './paint.js';

type ItemState = ChecklistState['items'][number];

/** How each state looks: a symbol and a word, so that no colour is needed. Those still open show what to do. */
export const CHECKLIST_MARKS = {
  attested: { label: '✔ attested', format: 'green', isOpen: false },
  'not-applicable': { label: '– n/a', format: 'green', isOpen: false },
  measured: { label: '· measured', format: 'blue', isOpen: false },
  refused: { label: '✖ not done', format: 'red', isOpen: true },
  expired: { label: '? expired', format: 'yellow', isOpen: true },
  missing: { label: '? no answer', format: 'yellow', isOpen: true },
} as const satisfies Record<ItemState['state'], { label: string; format: string; isOpen: boolean }>;

/** Columns of the states. */
const INDENT = 14;

/** How and where a checklist is shown. */
export interface ChecklistStyle {
  readonly width: number;
  readonly paint: Paint;
}

/** How a client stands with a checklist: each item, and a line that sums it up. */
export function renderChecklist(
  clientId: string,
  checklist: Checklist,
  state: ChecklistState,
  style: ChecklistStyle,
): string {
  const head = wrapText(forTerminal(`${clientId}: ${checklist.title} (${checklist.name})`), style.width);
  const items = checklist.items.flatMap((item, index) => ['', ...renderItem(item, state.items[index]!, style)]);
  return `${[...head, ...items, '', ...wrapText(summarise(state), style.width)].join('\n')}\n`;
}

function renderItem(item: ChecklistItem, known: ItemState, { width, paint }: ChecklistStyle): string[] {
  const { label, format, isOpen } = CHECKLIST_MARKS[known.state];
  const wrap = (text: string) => wrapText(forTerminal(text), width - INDENT);
  const [title = '', ...titleRest] = wrap(item.title);
  const details = [
    item.measuredBy === null ? [] : wrap(`Not asked: sallyport ${item.measuredBy} measures it`),
    known.at === null ? [] : wrap(describeAnswer(known)),
    isOpen ? [...wrap(`To do: ${item.how}`), ...wrap(`Confirmed by: ${item.attestedBy.join(', ')}`)] : [],
  ].flat();
  const indent = ' '.repeat(INDENT);
  return [
    paint(format, label.padEnd(INDENT)) + title,
    ...titleRest.map((line) => indent + line),
    ...wrap(nameItem(item)).map((line) => indent + paint('dim', line)),
    ...details.map((line) => indent + line),
  ];
}

/** `installer-account, program 90-02`. */
function nameItem({ id, programs }: ChecklistItem): string {
  if (programs.length === 0) return id;
  return `${id}, program${programs.length === 1 ? '' : 's'} ${programs.join(', ')}`;
}

/** Who said so, in which role, when, and until when it is valid. Raw text: escape it. */
export function describeAnswer({ state, by, role, at, expiresAt, note }: ItemState): string {
  const day = (iso: string | null) => iso?.slice(0, 'YYYY-MM-DD'.length) ?? '';
  const validity = { attested: ', valid until', 'not-applicable': ', valid until', expired: ', was valid until' };
  const until = state in validity ? `${validity[state as keyof typeof validity]} ${day(expiresAt)}` : '';
  return `${by}, ${role}, on ${day(at)}${until}${note === '' ? '' : `: ${note}`}`;
}

function summarise({ items }: ChecklistState): string {
  const count = (state: ItemState['state']) => items.filter((item) => item.state === state).length;
  const asked = items.length - count('measured');
  const done = count('attested') + count('not-applicable');
  const open = [
    ...(count('refused') > 0 ? [`${count('refused')} not done`] : []),
    ...(count('expired') > 0 ? [`${count('expired')} expired`] : []),
    ...(count('missing') > 0 ? [`${count('missing')} without an answer`] : []),
  ];
  const measured = count('measured') > 0 ? `; ${count('measured')} measured instead of asked` : '';
  return `${done} of ${asked} attested or not applicable${open.map((text) => `, ${text}`).join('')}${measured}.`;
}

/** An item as a question: its place among those that are asked, what is required, and how to get there. */
export function renderQuestion(item: ChecklistItem, place: string, width: number): string {
  const wrap = (text: string) => wrapText(forTerminal(text), width - 2).map((line) => `  ${line}`);
  const head = wrapText(forTerminal(`${place}  ${item.title}`), width);
  return `${['', ...head, ...wrap(nameItem(item)), ...wrap(item.rule), ...wrap(`How: ${item.how}`)].join('\n')}\n`;
}
