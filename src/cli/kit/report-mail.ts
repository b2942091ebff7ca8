import { DEFAULT_CHECKLIST, loadChecklist } from '../../files/checklists/checklist.js';
import type { ReportPlan } from '../../fleet/alerts/report-settings.js';
import type { DrawReport } from '../../fleet/alerts/send-report.js';
import { gatherHandover } from '../../fleet/handover/gather-handover.js';
import type { Store } from '../../fleet/store/store.js';
import type { ReportEvent } from '../../model/alert.js';
import { summariseHandover } from '../../reports/document/mail-summary.js';
import { drawDocument } from './document.js';
import { NO_BROWSER } from './pdf.js';

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
  return async (event, plan) => {
    const { client, at, since, period, to } = event;
    const { format, brand } = plan;
    const time = new Date(at);
    const checklist = await loadChecklist(DEFAULT_CHECKLIST);
    const wanted = { at: time, since: new Date(since), now: time, checklist };
    const handover = await gatherHandover(store, client.id, wanted);
    if (!handover) return null;
    const name = nameReportFile(event, plan);
    // Of many mails, none waits for a browser to start.
    const style = { brand, onNote, browser: NO_BROWSER, signedBy: null };
    const command = to === 'contacts' ? null : `sallyport show ${client.id}`;
    return {
      text: summariseHandover(handover, { period, attached: name, brand, command }),
      attachment: { name, type: MIME_TYPES[format], bytes: await drawDocument(format, handover, style) },
    };
  };
}

/** The name of the file that a report is attached as. */
export function nameReportFile({ client, period }: ReportEvent, { format }: ReportPlan): string {
  return `sallyport-${client.id.replace(/[^\w.-]/g, '-')}-${period}.${format}`;
}
