import type { Handover } from '../../model/handover.js';
import { renderTime } from '../../words/time.js';
import type { Block } from './report-document.js';
import { TEXTS } from './strings.js';

/** What changed, newest first; nothing where there is no store to ask. */
export function tellChanges(handover: Handover): Block[] {
  const { since, changes } = handover;
  if (since === null) return [];
  const heading: Block = { kind: 'heading', level: 2, text: titleChanges(handover) };
  if (changes.length === 0) return [heading, { kind: 'text', text: sayNoChanges(handover) }];
  const rows = changes.map(({ at, slot, title, severity }) => [renderTime(at), slot, title, { severity }]);
  return [heading, { kind: 'table', caption: TEXTS.changesCaption, columns: TEXTS.changesColumns, rows }];
}

/** What is said in place of changes: that there were none is known only from when on someone looked. */
export function sayNoChanges({ since, addresses }: Handover): string {
  const looks = addresses.flatMap(({ report, history }) =>
    report.target.address === null ? [] : [report.startedAt, ...(history?.looks.map(({ at }) => at) ?? [])],
  );
  const known = looks.filter((at) => since === null || at >= since).sort();
  const [first] = known;
  if (first === undefined) return TEXTS.noLooks;
  return known.length < looks.length ? TEXTS.noChanges : `${TEXTS.noChangesSinceFirst} ${renderTime(first)}.`;
}

/** From when on changes are listed, as a heading. */
export function titleChanges({ since, lastReport, madeAt }: Handover): string {
  return lastReport === undefined
    ? `${TEXTS.changes} since ${renderTime(since ?? madeAt)}`
    : `${TEXTS.changes} since the last report, ${renderTime(lastReport)}`;
}
