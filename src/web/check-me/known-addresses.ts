import type { Invite } from '../../model/invite.js';
import { describeHandover, handOverReports } from '../../reports/document/handover-document.js';
import type { ReportDocument } from '../../reports/document/report-document.js';
import type { Report } from '../../model/report.js';
import { siteOf } from '../../server/caller.js';
import { listNames } from '../../words/sentence.js';

/** Whether an address is one that the client is known to have; for IPv6, in the network of one. */
export function isExpected({ addresses }: Pick<Invite, 'addresses'>, address: string): boolean {
  return addresses.length === 0 || addresses.some((known) => isSame(known, address));
}

/** The report of a check from a site. First of all it says what of the site the check was not of. */
export function describeChecked({ addresses }: Pick<Invite, 'addresses'>, report: Report): ReportDocument {
  const document = describeHandover(handOverReports([report]));
  const address = report.target.address ?? report.target.input;
  const others = addresses.filter((known) => !isSame(known, address));
  if (others.length === 0) return document;
  const text = isExpected({ addresses }, address)
    ? `This check is of ${address} alone. The site has more addresses, which were not checked: ${listNames(others)}.`
    : `This check is of ${address}, which is not known to be an address of this site: it may be of another line. ` +
      `What is known for the site was not checked: ${listNames(others)}.`;
  return { ...document, blocks: [{ kind: 'text', text }, ...document.blocks] };
}

function isSame(known: string, address: string): boolean {
  return siteOf(known) === siteOf(address);
}
