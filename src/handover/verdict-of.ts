import { FLEET_SCHEMA, type FleetReport } from '../model/fleet-report.js';
import type { Handover } from '../model/handover.js';
import type { Verdict } from '../model/report.js';
import { worstVerdict } from '../model/standing.js';
import { siteVerdict, worstStanding } from '../reports/document/address-verdict.js';
import type { DocumentSubject } from './draw-document.js';

/** The worst of all that it tells; what was not checked is unknown. */
export function verdictOf(subject: DocumentSubject): Verdict {
  return subject.schema === FLEET_SCHEMA ? verdictOfFleet(subject) : verdictOfHandover(subject);
}

function verdictOfFleet({ standings, notCheckedCount }: FleetReport): Verdict {
  if (standings.violation > 0) return 'violation';
  const unknown = standings.inconclusive + standings['no-answer'] + notCheckedCount > 0;
  return unknown || standings.compliant === 0 ? 'inconclusive' : 'compliant';
}

function verdictOfHandover(handover: Handover): Verdict {
  const { addresses, site } = handover;
  const ofSite = site && siteVerdict(site, handover);
  if (ofSite && addresses.length === 0) return ofSite;
  const standing = worstStanding(handover);
  return worstVerdict(standing === 'no-answer' ? 'inconclusive' : standing, ofSite ?? 'compliant');
}
