import { InputError } from '../../files/text/input-error.js';
import { explainRule, listRuleIds } from '../../site/judge/explain-rules.js';
import { suggest } from '../../words/input.js';
import { wrapText } from '../../words/layout.js';
import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';
import { print } from '../kit/output.js';
import { describeScreen } from '../kit/terminal.js';

/** Wider lines of prose read badly. */
const MOST_COLUMNS = 100;

/** `sallyport explain`: what a rule looks at and what its finding means, as the documentation has it. */
export const command = defineCommand({
  words: { rule: { complete: 'rule', describe: 'Id of the rule, as "See" of a finding shows it; all without it' } },
  examples: [['explain dmz-suspected', 'What is a suspected DMZ, and how is it recognised?']],
  run({ rule }) {
    if (rule === undefined) listRules();
    else explainOne(rule);
    return Promise.resolve(EXIT.compliant);
  },
});

function listRules(): void {
  const ids = listRuleIds();
  const width = Math.max(...ids.map(({ length }) => length));
  for (const id of ids) print(`${id.padEnd(width)}  ${explainRule(id)?.title ?? ''}`);
}

function explainOne(id: string): void {
  const rule = explainRule(id);
  if (!rule)
    throw new InputError(`there is no rule "${id}"${suggest(id, listRuleIds()) || '; sallyport explain lists them'}`);
  const width = Math.min(MOST_COLUMNS, describeScreen().width);
  const { title, severity, explain } = rule;
  for (const line of [title, `${id}, up to ${severity}`, '', ...explain.split('\n')])
    (line === '' ? [line] : wrapText(line, width)).forEach(print);
}
