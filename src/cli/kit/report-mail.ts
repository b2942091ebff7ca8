import { DEFAULT_CHECKLIST, loadChecklist } from '../../files/checklists/checklist.js';
import type { ReportPlan } from '../../fleet/alerts/report-settings.js';
import type { DrawReport } from '../../fleet/alerts/send-report.js';
import { gatherFleet } from '../../fleet/handover/gather-fleet.js';
import { gatherHandover } from '../../fleet/handover/gather-handover.js';
import type { Store } from '../../fleet/store/store.js';
import { type DocumentSubject, drawDocument } from '../../handover/draw-document.js';
import { NO_BROWSER } from '../../handover/draw-pdf.js';
import type { ReportEvent } from '../../model/alert.js';
import { STALE_AFTER_MS } from '../../model/not-checked.js';
import { summariseFleet, summariseHandover } from '../../reports/document/mail-summary.js';

/** What formats of reports are called in a mail. */
const MIME_TYPES = { pdf: 'application/pdf', html: 'text/html; charset=utf-8' } as const;

/**
 * Makes what draws the reports that are due by mail, of what the store had when they fell due.
 * @param note takes what reports cannot show, each thing once
 */
export function createReportDrawer(store: Store, note: (line: string) => void): DrawReport {
  const told = new Set<string>();
  const onNote = (line: string): void => {
    if (!told.has(line)) note(line);
    told.add(line);
  };
  const draw = async (subject: DocumentSubject, name: string, { format, brand }: ReportPlan) => ({
    ...{ name, type: MIME_TYPES[format] },
    // Of many mails, none waits for a browser to start.
    bytes: await drawDocument(format, subject, { brand, onNote, browser: NO_BROWSER, signedBy: null }),
  });
  return async (event, plan) => {
    const { client, at, since, period, to } = event;
    const { brand, groups, tags } = plan;
    const name = nameReportFile(event, plan);
    const time = new Date(at);
    if (client === null) {
      const staleBefore = new Date(time.getTime() - STALE_AFTER_MS);
      const fleet = await gatherFleet(store, { since: new Date(since), now: time, staleBefore, groups, tags });
      const text = summariseFleet(fleet, { period, attached: name, brand, command: 'sallyport clients' });
      return { text, attachment: await draw(fleet, name, plan) };
    }
    const checklist = await loadChecklist(DEFAULT_CHECKLIST);
    const wanted = { at: time, since: new Date(since), now: time, checklist };
    const handover = await gatherHandover(store, client.id, wanted);
    if (!handover) return null;
    const command = to === 'contacts' ? null : `sallyport show ${client.id}`;
    return {
      text: summariseHandover(handover, { period, attached: name, brand, command }),
      attachment: await draw(handover, name, plan),
    };
  };
}

/** The name of the file that a report is attached as. */
export function nameReportFile({ client, period }: ReportEvent, { format }: ReportPlan): string {
  const of = client === null ? 'all-clients' : client.id.replace(/[^\w.-]/g, '-');
  return `sallyport-${of}-${period}.${format}`;
}
