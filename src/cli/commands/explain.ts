import { InputError } from '../../files/text/input-error.js';
import { AFTER_A_BREAK_IN } from '../../site/judge/after-a-break-in.js';
import { explainRule, listRuleIds, sayFixers, wrapMarkdown } from '../../site/judge/explain-rules.js';
import { suggest } from '../../words/input.js';
import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';
import { print } from '../kit/output.js';
import { countProseColumns } from '../kit/terminal.js';

/** `sallyport explain`: what a rule looks at and what its finding means, and what to do after a break-in. */
export const command = defineCommand({
  words: {
    rule: { complete: 'rule', describe: 'Id of the rule, as "See" of a finding shows it, or break-in; all without it' },
  },
  examples: [
    ['explain dmz-suspected', 'What is a suspected DMZ, and how is it recognised?'],
    ['explain break-in', 'What to do after a break-in'],
  ],
  run({ rule }) {
    if (rule === undefined) listRules();
    else explainOne(rule);
    return Promise.resolve(EXIT.compliant);
  },
});

function listRules(): void {
  const { id: topic, title } = AFTER_A_BREAK_IN;
  const ids = [...listRuleIds(), topic];
  const width = Math.max(...ids.map(({ length }) => length));
  for (const id of ids) print(`${id.padEnd(width)}  ${id === topic ? title : (explainRule(id)?.title ?? '')}`);
}

function explainOne(id: string): void {
  const width = countProseColumns();
  if (id === AFTER_A_BREAK_IN.id)
    return wrapMarkdown(`${AFTER_A_BREAK_IN.title}\n\n${AFTER_A_BREAK_IN.explain.replaceAll('**', '')}`, width).forEach(
      print,
    );
  const rule = explainRule(id);
  if (!rule) throw new InputError(`there is no rule "${id}"${suggestRule(id)}`);
  const { title, severity, explain } = rule;
  const marks = [id, `up to ${severity}`, ...sayFixers(rule)].join(', ');
  wrapMarkdown(`${title}\n${marks}\n\n${explain}`, width).forEach(print);
}

/** What may have been meant: a rule of a similar id, or those that have the word in theirs. */
function suggestRule(id: string): string {
  const ids = [...listRuleIds(), AFTER_A_BREAK_IN.id];
  const similar = suggest(id, ids);
  const within = ids.filter((each) => each.includes(id.toLowerCase())).slice(0, 5);
  if (similar !== '' || id === '' || within.length === 0) return similar || '; sallyport explain lists them';
  return `; these have it in their name: ${within.join(', ')}`;
}
