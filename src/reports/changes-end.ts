import { CHANGE_KINDS, type ChangeKind } from '../model/change.js';
import { listNames, renderCount } from '../words/sentence.js';

/** What the changes of a time came to. */
export interface ChangesSummary {
  readonly counts: ReadonlyMap<ChangeKind, number>;
  /** Clients with a change. */
  readonly clients: number;
  readonly span: { readonly since: Date; readonly until: Date };
  /** Listed addresses by what is known of them in that time, and before when changes were deleted. */
  readonly coverage: {
    readonly checked: number;
    readonly undetermined: number;
    readonly unchecked: number;
    readonly deletedBefore: Date | null;
  };
  /** Only changes of some kinds are meant. */
  readonly narrowed: boolean;
}

/** Says at the end what changed in a time. Where something was not checked, that nothing changed would be an all-clear. */
export function sayChangesEnd(summary: ChangesSummary): string {
  const { counts, clients, span, coverage } = summary;
  const time = `${renderMinute(span.since)} to ${renderMinute(span.until)} UTC`;
  const { checked, undetermined, deletedBefore } = coverage;
  const isCut = deletedBefore !== null && deletedBefore > span.since;
  const deleted = isCut ? [`changes before ${renderMinute(deletedBefore)} UTC were deleted by store prune`] : [];
  const gaps = [...describeGaps(coverage), ...deleted].map((gap) => `; ${gap}`).join('');
  if (clients > 0) {
    const kinds = CHANGE_KINDS.flatMap((kind) =>
      counts.has(kind) ? [`${counts.get(kind)} ${kind.replaceAll('-', ' ')}`] : [],
    );
    const sum = [...counts.values()].reduce((a, b) => a + b, 0);
    return `${renderCount(sum, 'change')} at ${renderCount(clients, 'client')}, ${time}: ${kinds.join(', ')}${gaps}`;
  }
  if (checked + undetermined === 0) return `No check is in the store, ${time}: what changed is not known`;
  if (checked === 0) return `What changed is not known, ${time}${gaps}`;
  const nothing = summary.narrowed ? 'No such change' : 'Nothing changed';
  if (gaps === '') return `${nothing}, ${time}`;
  return `${nothing} at ${count(checked)} that ${checked === 1 ? 'was' : 'were'} checked, ${time}${gaps}`;
}

const count = (addresses: number): string => renderCount(addresses, 'address', 'addresses');

/** Of which addresses it is not known what changed, and why. */
function describeGaps({ undetermined, unchecked }: ChangesSummary['coverage']): string[] {
  const parts = [
    ...(unchecked > 0 ? [`${unchecked} without a check in the store`] : []),
    ...(undetermined > 0 ? [`${undetermined} whose checks came to no verdict`] : []),
  ];
  return parts.length === 0 ? [] : [`not known of ${count(undetermined + unchecked)}: ${listNames(parts)}`];
}

/** A time to the minute, UTC. */
function renderMinute(time: Date): string {
  return time.toISOString().slice(0, 16).replace('T', ' ');
}
