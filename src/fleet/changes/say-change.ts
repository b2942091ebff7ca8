import { sayCheckFinding, sayCheckOver, saySummary, sayUnknown } from '../../check/judge/say-report.js';
import type { Change, ChangeWords, Issue, SaidChange, SaidSlotState, SlotState } from '../../model/change.js';
import type { EndpointId } from '../../model/endpoint.js';
import type { Finding, FindingData } from '../../model/finding.js';
import type { Severity } from '../../model/severity.js';
import { listNames, quote } from '../../words/sentence.js';

/** Puts a change into words. Total: a stored one can be said again. */
export function sayChange<T extends Change>(change: T): SaidChange<T> {
  return { ...change, ...describeChange(change) };
}

function describeChange(change: Change): ChangeWords {
  switch (change.kind) {
    case 'exposed':
    case 'service-lost': {
      const { was } = change.data;
      const note = was === null ? '' : was === 'accepted' ? ' (no longer accepted)' : ` (worse: it was ${was})`;
      const { title, remedy } = sayCheckFinding(findingOf(change, change.kind === 'service-lost'));
      return { title: title + note, before: was, after: change.severity, remedy };
    }
    case 'resolved':
    case 'service-back': {
      const isBack = change.kind === 'service-back';
      const title = change.data.unasked
        ? `The profile no longer asks for it: ${nameIssue(change, isBack)}`
        : sayCheckOver(findingOf(change, isBack));
      const note = change.data.silent ? ' (nothing at all answers there now)' : '';
      return { title: title + note, before: change.severity, after: null, remedy: null };
    }
    case 'lost-sight': {
      const { unasked = [] } = change.data;
      const names = listNames(
        unasked.map((name) => quote(name, 32)),
        3,
      );
      const how = unasked.length > 0 ? `No longer looked at from ${names}` : 'No longer seen';
      const { title, remedy } = sayCheckFinding(findingOf(change, false));
      const before = change.severity;
      return { title: `${how}, not known to be closed: ${title}`, before, after: 'not seen', remedy };
    }
    case 'identity-changed':
      return {
        title: `Something else answers on ${change.endpoint ?? 'an endpoint'}`,
        ...change.data,
        remedy: 'Find out who answers there now: a new version or a new device, or someone who imitates it.',
      };
    case 'address-changed':
      return { title: 'The address has changed', ...change.data, remedy: null };
    case 'no-longer-determined': {
      const { before, summary } = change.data;
      const why = summary?.verdict === 'inconclusive' ? `: ${sayUnknown(summary)}` : '';
      return {
        title: `The address can no longer be judged${why}`,
        before,
        after: summary && saySummary(summary),
        remedy: 'Find out why the check reached no verdict, and check again.',
      };
    }
  }
}

/** Puts how a slot stands into words. */
export function sayState<S extends Pick<SlotState, 'issues'>>(
  state: S,
): Omit<S, 'issues'> & Pick<SaidSlotState, 'issues'> {
  const entries = Object.entries(state.issues);
  // Most states have none, and lists have very many states.
  const none: SaidSlotState['issues'] = {};
  if (entries.length === 0) return { ...state, issues: none };
  return { ...state, issues: Object.fromEntries(entries.map(([key, issue]) => [key, sayIssue(issue)])) };
}

/** Said when it is asked for: of the many issues of a list, most are only counted. */
function sayIssue(issue: Issue): SaidSlotState['issues'][string] {
  return {
    ...issue,
    get title() {
      return titleOf(issue);
    },
  };
}

function titleOf({ rule, endpoint, severity, data, outage, lostAt }: Issue): string {
  const title = nameIssue({ rule, endpoint, severity, data: { finding: data } }, outage);
  return lostAt === undefined ? title : `not seen since ${lostAt.slice(0, 10)}: ${title}`;
}

interface PastIssue {
  readonly rule: string;
  readonly endpoint: EndpointId | null;
  readonly severity: Severity;
  readonly data: { readonly finding: FindingData };
}

/** What a finding of the past is called. */
function nameIssue(issue: PastIssue, outage: boolean): string {
  return sayCheckFinding(findingOf(issue, outage)).title;
}

function findingOf({ rule, endpoint, severity, data }: PastIssue, outage: boolean): Finding {
  const about = outage ? 'outage' : 'exposure';
  return { rule, about, severity, effect: 'violation', endpoint, observations: [], data: data.finding };
}
