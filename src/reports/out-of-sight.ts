import type { Unseen } from '../model/change.js';
import type { Severity } from '../model/severity.js';
import { renderCount } from '../words/sentence.js';
import type { Swept } from './reporter.js';

/** Exposures that stand at a place although its report does not show them. */
export interface OutOfSight {
  /** Raw: escape it for the place. */
  readonly title: string;
  /** Critical where it is not known: it was a violation, and nothing says that it is less. */
  readonly severity: Severity;
  /** How many it stands for. */
  readonly count: number;
  /** Null where they are only counted. */
  readonly issue: Unseen | null;
}

/** Why it is told, a sentence. */
export const NOT_GONE = 'What is out of sight is not gone: it stands until a check sees the site without it.';

/** What is out of sight at the place of a report: each exposure, or all as one where they are only counted. */
export function listOutOfSight(swept: Swept | undefined): readonly OutOfSight[] {
  const { unseen = 0, lost } = swept ?? {};
  if (lost) return lost.map((issue) => ({ title: issue.title, severity: issue.severity, count: 1, issue }));
  if (unseen === 0) return [];
  const title = `${renderCount(unseen, 'exposure')} out of sight: not seen, and not known to be closed`;
  return [{ title, severity: 'critical', count: unseen, issue: null }];
}
