import * as z from 'zod';
import { cutText, listNames } from '../../words/sentence.js';
import type { ChecklistState } from '../../model/checklist.js';
import { nullableText, text } from '../../model/text.js';
import type { SiteRule } from './site-rule.js';

const data = z.object({
  item: text(64).describe('id of the item'),
  title: text(256),
  how: text(2048),
  programs: z.array(text(32)).max(32),
  by: nullableText(128),
  role: nullableText(64),
  on: nullableText(10).describe('date, UTC'),
  note: text(512),
});
const doubt = z.object({
  state: z.enum(['not-asked', 'missing', 'expired']),
  items: z.array(z.object({ id: text(64), title: text(256) })).max(128),
});
type DoubtData = z.infer<typeof doubt>;
type Item = ChecklistState['items'][number];

/** Hardening that no packet can show is not done, or is not known to be. */
export const checklistOpen: SiteRule<z.infer<typeof data>, DoubtData> = {
  id: 'checklist-open',
  title: 'The hardening checklist is open',
  explain: `Some hardening cannot be seen from the network: passwords, voicemail codes, call restrictions. Each item of the checklist that was answered “not done” is a violation. Items without an answer, or with an expired one, are listed under “could not be determined” and do not block the verdict. Answer them with \`sallyport checklist\`.`,
  about: 'exposure',
  fixedBy: ['phone-system', 'router', 'provider'],
  severity: 'medium',
  data,
  doubt,
  find({ evidence: { checklist }, kind }) {
    if (!checklist) return kind === 'lan' ? {} : { undetermined: doubtItems('not-asked', []) };
    const { items } = checklist;
    return {
      findings: items
        .filter(({ state }) => state === 'refused')
        .map(({ id, title, how, programs, by, role, at, note }) => ({
          severity: 'medium',
          effect: 'violation',
          endpoint: null,
          observations: [],
          data: { item: id, title, how, programs: programs.slice(0, 32), by, role, on: at && at.slice(0, 10), note },
        })),
      undetermined: (['missing', 'expired'] as const).flatMap((state) => {
        const open = items.filter((item) => item.state === state);
        return open.length > 0 ? doubtItems(state, open) : [];
      }),
    };
  },
  say: ({ data: { title, how, programs, by, role, on, note } }) => ({
    title: `Not done: ${cutText(title, 200)}`,
    seen: `${by ? `${cutText(by, 64)}${role ? ` (${cutText(role, 32)})` : ''}` : 'The answer'} said so${on ? ` on ${on}` : ''}${note ? `: ${cutText(note, 300)}` : '.'}`,
    matters: 'No setting outside the phone system can make up for it.',
    remedy: how.trim() || 'Do what the checklist asks for.',
    programs,
    references: [],
  }),
  sayDoubt: ({ data: { state, items } }) =>
    state === 'not-asked'
      ? {
          what: 'Passwords, voicemail codes and call restrictions in the phone system',
          why: 'They cannot be seen from the network. Go through the hardening checklist with sallyport checklist.',
        }
      : {
          what: `Whether this is done: ${listNames(
            items.map(({ title }) => cutText(title, 60)),
            6,
          )}`,
          why: `${items.length === 1 ? '1 item' : `${items.length} items`} of the checklist ${items.length === 1 ? 'was' : 'were'} ${state === 'missing' ? 'not answered' : 'answered too long ago'}. Go through sallyport checklist.`,
        },
  key: ({ item }) => item,
  gone: ({ report: { evidence } }, finding) =>
    (evidence.checklist?.items ?? []).some(({ id, state }) => id === finding.data.item && DONE.includes(state)),
};

const DONE: readonly Item['state'][] = ['attested', 'not-applicable', 'measured'];

function doubtItems(state: DoubtData['state'], open: readonly Item[]) {
  const items = open.map(({ id, title }) => ({ id, title }));
  return [{ endpoint: null, blocking: false, data: { state, items } }];
}
