import { EVERY_RULE } from '../../check/join/registry.js';
import type { Rule } from '../../check/rules/rule.js';
import type { FixedBy } from '../../model/finding.js';
import { wrapText } from '../../words/layout.js';
import { SITE_RULES } from '../rules/registry.js';
import { AFTER_A_BREAK_IN } from './after-a-break-in.js';

/** What a rule is about, for people. */
export type RuleExplanation = Pick<Rule<never>, 'id' | 'title' | 'severity' | 'fixedBy' | 'explain'>;

/** Those of the check come first; a site has most of them as well, under the same ids. */
const EXPLANATIONS: ReadonlyMap<string, RuleExplanation> = new Map(
  [...EVERY_RULE, ...SITE_RULES.filter(({ id }) => !EVERY_RULE.some((rule) => rule.id === id))].map((rule) => [
    rule.id,
    rule,
  ]),
);

/** Columns of the pages of the documentation. */
const PAGE_WIDTH = 120;

/** Explains a rule of the check or of sites: its text is Markdown, a line a paragraph. Undefined for an unknown id. */
export function explainRule(id: string): RuleExplanation | undefined {
  return EXPLANATIONS.get(id);
}

/** The ids of all rules, in the order in which they are applied. */
export function listRuleIds(): string[] {
  return [...EXPLANATIONS.keys()];
}

/** Writes what rules say of themselves into a page of the documentation: under each heading that is a rule's id. */
export function fillRulePage(page: string): string {
  const filled = page.replace(
    /^(### `([^`\n]+)`\n).*?(?=^##|(?![^]))/gms,
    (section: string, heading: string, id: string) => {
      const rule = explainRule(id);
      return rule ? `${heading}${renderExplanation(rule)}` : section;
    },
  );
  return `${filled.trimEnd()}\n`;
}

function renderExplanation(rule: RuleExplanation): string {
  const marks = ['', `up to ${rule.severity}`, ...sayFixers(rule)].join(' · ');
  return `${wrapMarkdown(`**${rule.title}**${marks}\n\n${rule.explain}`, PAGE_WIDTH).join('\n')}\n\n`;
}

/** Where, or by whom, a rule's findings are put right: a sentence without its end, or nothing. */
export function sayFixers({ fixedBy }: Pick<RuleExplanation, 'fixedBy'>): string[] {
  return fixedBy.length === 0 ? [] : [`fixed ${fixedBy.map((one) => FIXERS[one]).join(', ')}`];
}

const FIXERS: Readonly<Record<FixedBy, string>> = {
  router: 'in the router',
  'phone-system': 'in the phone system',
  provider: 'by the provider',
  dealer: 'by the dealer',
};

/** The page of the documentation on what to do after a break-in. */
export function renderBreakInPage(): string {
  const { title, explain } = AFTER_A_BREAK_IN;
  return `${[`# ${title}`, '', ...wrapMarkdown(explain, PAGE_WIDTH)].join('\n')}\n`;
}

/** Breaks text in Markdown, a line a paragraph or an item of a list, into lines of at most `width` columns. */
export function wrapMarkdown(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => {
    const number = /^\d+\. /.exec(line)?.[0] ?? '';
    const wrapped = wrapText(line.slice(number.length), width - number.length);
    return line === '' ? [''] : wrapped.map((part, i) => (i === 0 ? number : ' '.repeat(number.length)) + part);
  });
}
