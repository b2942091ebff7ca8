import { cutText, listNames } from '../../check/rules/wording.js';
import type { ChecklistState } from '../../model/checklist.js';
import type { SiteFinding, SiteRule, Undetermined } from './old-site-rule.js';

type Item = ChecklistState['items'][number];

/** Hardening that no packet can show is not done, or nobody said that it is. */
export const checklistOpen: SiteRule = {
  id: 'checklist-open',
  title: 'The hardening checklist is open',
  severity: 'medium',
  evaluate({ evidence, kind }) {
    const { checklist } = evidence;
    if (!checklist) return kind === 'lan' ? {} : { undetermined: [NOT_ASKED] };
    const { items } = checklist;
    return {
      findings: items.filter(({ state }) => state === 'refused').map(describeRefused),
      undetermined: [
        ...tell(
          'not answered',
          items.filter(({ state }) => state === 'missing'),
        ),
        ...tell(
          'answered too long ago',
          items.filter(({ state }) => state === 'expired'),
        ),
      ],
    };
  },
};

const NOT_ASKED: Undetermined = {
  endpoint: null,
  what: 'Passwords, voicemail codes and call restrictions in the phone system',
  why: 'No packet shows them. Go through the hardening checklist with sallyport checklist.',
  blocking: false,
};

function describeRefused({ title, how, programs, by, role, at, note }: Item): SiteFinding {
  const who = by ? `${cutText(by, 64)}${role ? ` (${cutText(role, 32)})` : ''}` : 'The answer';
  return {
    severity: 'medium',
    effect: 'violation',
    endpoint: null,
    title: `Not done: ${cutText(title, 200)}`,
    seen: `${who} said so${at ? ` on ${at.slice(0, 10)}` : ''}${note ? `: ${cutText(note, 300)}` : '.'}`,
    matters: 'Nothing outside of the phone system can make up for it.',
    remedy: how,
    programs: [...programs],
    references: [],
    observations: [],
  };
}

function tell(how: string, items: readonly Item[]): Undetermined[] {
  if (items.length === 0) return [];
  const count = items.length === 1 ? '1 item of the checklist is' : `${items.length} items of the checklist are`;
  const what = `Whether this is done: ${listNames(
    items.map(({ title }) => cutText(title, 60)),
    6,
  )}`;
  return [{ endpoint: null, what, why: `${count} ${how}. Go through sallyport checklist.`, blocking: false }];
}
