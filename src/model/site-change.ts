import type { EndpointId } from './endpoint.js';
import type { Verdict } from './report.js';
import type { Finding } from './finding.js';
import type { Explanation } from './site.js';

/**
 * What became of something that can be reached: `found` where the earlier run could not have told that it was not,
 * `not-known` where the later one could not tell.
 */
export type ReachChangeKind = 'opened' | 'found' | 'closed' | 'cause-changed' | 'still-open' | 'not-known';

export interface ReachChange {
  readonly kind: ReachChangeKind;
  readonly endpoint: EndpointId;
  /** How it was explained; null if it was not reachable. */
  readonly before: Explanation | null;
  readonly after: Explanation | null;
}

/** What changed between two reports of one site; words are added where it is shown. */
export interface SiteChanges<F extends Finding = Finding> {
  /** When the two began: ISO 8601, UTC. */
  readonly from: string;
  readonly to: string;
  readonly verdict: { readonly before: Verdict; readonly after: Verdict };
  /** False if the two reports seem to be of different sites: nothing counts as fixed then. */
  readonly sameSite: boolean;
  readonly endpoints: readonly ReachChange[];
  readonly findings: {
    /** Proved or seen to be gone. */
    readonly gone: readonly F[];
    readonly new: readonly F[];
    readonly still: readonly F[];
    /** Not found any more, but the later run could not have told. */
    readonly notKnown: readonly F[];
  };
}
