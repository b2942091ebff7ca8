import { formatDay } from '../../files/text/day.js';
import { grantWaiver, readWaiver } from '../../fleet/waivers/grant-waiver.js';
import type { Waiver } from '../../model/change.js';
import { renderWaiverEntry } from '../../reports/inventory-table.js';
import { defineCommand } from '../kit/command.js';
import { EXIT, tell } from '../kit/ending.js';
import type { Values } from '../kit/option.js';
import { CLIENT, STORE, withStore } from '../kit/store.js';
import { describeScreen } from '../kit/terminal.js';

const WORDS = {
  client: { ...CLIENT, required: true },
  rule: { required: true, complete: 'rule of check', describe: 'Id of the rule, as "See" of a finding shows it' },
  endpoint: { describe: 'Such as tcp/80; without it, wherever the rule finds it' },
} as const;

const OPTIONS = {
  by: { required: true, value: 'NAME', describe: 'Who accepts it' },
  reason: { required: true, describe: 'Why' },
  until: {
    required: true,
    value: 'DAY',
    describe: 'Last day on which it is valid (YYYY-MM-DD, UTC), at most two years ahead',
  },
  ...STORE,
} as const;

const LABELS = { by: '--by', reason: '--reason', until: '--until' };

/** `sallyport waive`: accepts what a rule finds at a client, for a time. */
export const command = defineCommand({
  words: WORDS,
  options: OPTIONS,
  examples: [
    [
      'waive acme admin-interface-reachable tcp/80 --by Ann --reason "moves in June" --until 2027-06-30',
      'Accept an open WebPro for some months',
    ],
  ],
  run: (args) => waive(args, new Date()),
});

async function waive(args: Values<typeof WORDS & typeof OPTIONS>, now: Date): Promise<number> {
  const { client, rule, endpoint, by, reason, until } = args;
  const wanted = readWaiver({ clientId: client, rule, endpoint, by, reason, until }, LABELS, now);
  const { waiver, isFound, others } = await withStore(args.store, (store) => grantWaiver(store, wanted, now));
  process.stdout.write(renderWaiverEntry(waiver, describeScreen().width, formatDay(now)));
  if (others.length > 0) tell(describeOthers(others));
  if (!isFound) tell(`${client} has no such finding now: the waiver applies if it appears`);
  return EXIT.compliant;
}

/** Any one of several is enough: revoking or ending one changes nothing as long as another is valid. */
function describeOthers(others: readonly Waiver[]): string {
  const named = others.map(
    ({ id, endpoint, by, until }) => `${id} (${endpoint ?? 'anywhere'}, by ${by}, until ${until})`,
  );
  const [first] = others;
  const revoke = others.length === 1 ? `sallyport waivers revoke ${first?.id}` : 'sallyport waivers revoke NUMBER';
  return `the same was accepted before, and any one of them is enough: ${named.join('; ')}. To take it back: ${revoke}`;
}
