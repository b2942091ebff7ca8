import type { Report } from '../../model/report.js';
import { type Standing, STANDINGS, standingOf } from '../../model/standing.js';
import { renderCount } from '../../words/sentence.js';
import type { ReportWriter, RunEnd, Swept } from '../reporter.js';
import { sayVerdict } from './address-verdict.js';
import { describeHandover, describeOne, handOverReports } from './handover-document.js';
import type { Block, DocumentHead, ReportDocument } from './report-document.js';
import { STANDING_WORDS, TEXTS } from './strings.js';

/** Why no document lists clients as they stand. */
export const FLEET_HAS_A_REPORT = 'sallyport report --fleet makes a document of them';

/** Draws a document, at once or part by part. */
export interface DocumentRenderer {
  readonly whole: (document: ReportDocument) => string;
  readonly begin: (head: DocumentHead) => string;
  readonly blocks: (blocks: readonly Block[]) => string;
  readonly end: () => string;
}

/** Draws the reports of a run: one as a whole document; many as the parts of one, each as it comes, and a tally. */
export function createDocumentWriter({ whole, begin, blocks, end }: DocumentRenderer, many: boolean): ReportWriter {
  if (!many) return createOne(whole);
  const counts = new Map<Standing, number>();
  let head = '';
  const open = (report: Report | null): string => {
    if (head !== '') return '';
    const madeAt = report?.startedAt ?? new Date(0).toISOString();
    return (head = begin({ title: TEXTS.title, subject: TEXTS.addresses, madeAt }));
  };
  return {
    begin: () => '',
    report(report, swept) {
      const standing = standingOf(report);
      counts.set(standing, (counts.get(standing) ?? 0) + 1);
      return open(report) + blocks(describeOne(report, swept));
    },
    end: (run) => open(null) + blocks([...tally(counts), ...tellEnd(run)]) + end(),
  };
}

/** Draws a single report once the run has ended, for then all is known that is to be said of it. */
function createOne(whole: DocumentRenderer['whole']): ReportWriter {
  let seen: Report | null = null;
  let lost: Swept['lost'];
  return {
    begin: () => '',
    report(report, swept) {
      [seen, lost] = [report, swept?.lost];
      return '';
    },
    end(run) {
      if (!seen) return '';
      const document = describeHandover(handOverReports([seen], lost));
      const [verdict, ...rest] = document.blocks;
      return whole({ ...document, blocks: [...(verdict ? [judgeRun(verdict, run)] : []), ...tellEnd(run), ...rest] });
    },
  };
}

/** The verdict of a document: not that all is as agreed where more than its report was to be checked, and is unknown. */
function judgeRun(block: Block, { outcome }: RunEnd): Block {
  if (block.kind !== 'verdict' || block.standing !== 'compliant' || outcome === 'compliant') return block;
  const { label } = STANDING_WORDS.inconclusive;
  return { kind: 'verdict', standing: 'inconclusive', label, text: sayVerdict('inconclusive', []) };
}

function tally(counts: ReadonlyMap<Standing, number>): Block[] {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const rows = STANDINGS.filter((standing) => counts.has(standing)).map((standing) => [
    { standing, label: STANDING_WORDS[standing].label },
    String(counts.get(standing)),
  ]);
  return [
    { kind: 'heading', level: 2, text: `${TEXTS.total}: ${renderCount(total, 'address', 'addresses')}` },
    ...(rows.length > 0 ? [{ kind: 'table', caption: TEXTS.total, columns: TEXTS.totalColumns, rows } as const] : []),
  ];
}

/** What no single report of the run says. */
function tellEnd({ troubles, unchecked }: RunEnd): Block[] {
  const items = [
    ...troubles,
    ...unchecked.map(({ client: { id, name }, reason }) => `${name} (${id}) was not checked: ${reason}`),
  ];
  return items.length > 0 ? [{ kind: 'list', ordered: false, items }] : [];
}
