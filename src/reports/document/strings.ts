import type { ChangeKind } from '../../model/change.js';
import type { Role } from '../../model/checklist.js';
import type { LookState } from '../../model/handover.js';
import type { FixedBy } from '../../model/finding.js';
import type { Severity } from '../../model/severity.js';
import type { Standing } from '../../model/standing.js';

/*
 * Every fixed text of the documents that are handed over: a translation replaces this file alone. What rules found is
 * put into words by the rules.
 */

/** How the verdict is called in front of a customer, and the shape that stands for it. */
export const STANDING_WORDS: Readonly<Record<Standing, { readonly label: string; readonly mark: string }>> = {
  violation: { label: 'Action needed', mark: '✖' },
  inconclusive: { label: 'Not determined', mark: '?' },
  compliant: { label: 'As agreed', mark: '✔' },
  'no-answer': { label: 'No answer', mark: '○' },
};

/** The same for a site before its phone system goes in. */
export const FITNESS_WORDS: Readonly<Record<Standing, string>> = {
  violation: 'Not fit yet',
  inconclusive: 'Not verified',
  compliant: 'Fit to install',
  'no-answer': 'Not verified',
};

export const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  info: 'Note',
};

/** Who puts a finding right. */
export const FIXED_BY_WORDS: Readonly<Record<FixedBy, string>> = {
  router: 'the person who looks after the router',
  'phone-system': 'the person who programs the phone system',
  provider: 'the provider',
  dealer: 'your dealer',
};

/** Who can do, or see to, an item of a checklist. */
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  installer: 'the person who programs the phone system',
  dealer: 'your dealer',
  customer: 'you',
  provider: 'the provider',
};

/** How states of a strip are called, and the character that stands for each where nothing can be drawn. */
export const LOOK_WORDS: Readonly<Record<LookState, { readonly word: string; readonly mark: string }>> = {
  exposed: { word: 'open, and should not be', mark: '✖' },
  open: { word: 'open, as agreed', mark: '●' },
  closed: { word: 'closed', mark: '–' },
  silent: { word: 'silent', mark: '·' },
  unknown: { word: 'not determined', mark: '?' },
};

/** What became of endpoints that have no band of their own, after a number. */
export const OTHERS_WORDS: Readonly<Record<LookState, string>> = {
  exposed: 'open in some checks, and should not have been',
  open: 'open in some checks, as agreed',
  unknown: 'not determined in at least one check',
  silent: 'never open, and silent in some checks',
  closed: 'closed in every check',
};

/** What kinds of change are called, after a number. */
export const CHANGE_WORDS: Readonly<Record<ChangeKind, string>> = {
  exposed: 'newly exposed',
  resolved: 'resolved',
  'lost-sight': 'no longer seen',
  'service-lost': 'services lost',
  'service-back': 'services back',
  'identity-changed': 'answered by something else',
  'address-changed': 'addresses changed',
  'no-longer-determined': 'no longer determined',
};

export const TEXTS = {
  fleetTitle: 'Fleet report',
  allClients: 'All clients',
  worst: 'What needs attention, worst first',
  worstColumns: ['Client', 'Address', 'Result', 'Worst finding', 'Since', 'Last seen'],
  noWorst: {
    violation: '',
    inconclusive: 'the last check came to no result',
    compliant: '',
    'no-answer': 'nothing answered, and nothing vouches for the line',
  },
  nothingWorse: 'Every address that was checked is as agreed.',
  notChecked: 'Not checked',
  notCheckedColumns: ['Client', 'Address', 'Why'],
  trend: 'Sweeps over time',
  trendColumns: ['When', 'Clients', 'Action needed', 'Not determined', 'As agreed'],
  fleetChangesColumns: ['When', 'Client', 'What', 'Severity'],
  title: 'Exposure report',
  siteTitle: 'Site report',
  site: 'The site',
  siteOld: 'How the site is now is not known: its last check was too long ago.',
  siteUnknown: 'Whether the phone system may go in could not be verified. What prevented it is listed below.',
  lanUnknown: 'What the network lets in could not be verified from inside. What prevented it is listed below.',
  oneToChange: '1 thing has to be changed. It is listed below.',
  manyToChange: 'things have to be changed. They are listed below, the worst first.',
  found: 'What we found',
  nothingFound: 'Nothing that has to be put right.',
  nothingFoundByChecks: 'The checks found nothing that has to be put right.',
  notDone: 'By the checklist, this is not done',
  notYet: 'Not done yet',
  nothingKnown: 'The last checks found nothing that has to be put right. How all of it is now is not known: see above.',
  nothingProved: 'Nothing that is certain, because not everything could be determined: see below.',
  foundCaption: 'What we found and what it means, worst first',
  foundColumns: ['Severity', 'What we found', 'What it means'],
  todo: 'What to do',
  todoFirst: 'What to do first',
  report: 'The full report is attached',
  noLooks: 'Nothing is known of this time, because there was no check.',
  todoColumns: ['No.', 'What to do', 'Who'],
  todoCaption: 'What to do, by whom, most urgent first',
  accepted: 'What was accepted',
  checked: 'What was checked',
  unknown: 'What could not be determined',
  unknownBlocking: 'This prevents a clear result:',
  unknownOther: 'What no check of this kind can show:',
  evidence: 'The evidence',
  findings: 'The findings in detail',
  seenFrom: 'Seen from',
  seenFromCaption: 'The places that we looked from, and what each look came to',
  seenFromColumns: ['Vantage', 'From', 'When', 'Result'],
  didNotLook: 'could not look',
  nothingSeen: 'Nothing found',
  comparedCaption: 'Endpoints that were open to someone, or that not all saw alike',
  seenAlike: 'Nothing is open to any of them, and they saw all endpoints alike.',
  notAsked: 'not asked',
  answers: 'What answered',
  answersCaption: 'Endpoints that answered, or that could not be checked',
  answersColumns: ['Endpoint', 'Service', 'State', 'Who answered'],
  noAnswers: 'Nothing answered.',
  nothingOpen: 'Nothing that was asked is open.',
  others: 'Other endpoints',
  errors: 'Parts of the check that failed:',
  notSeen: 'Not seen from this machine:',
  history: 'History',
  historyCaption: 'What each check saw of each endpoint, oldest first',
  serviceHistoryCaption: 'What each check saw of each service, oldest first',
  changes: 'What changed',
  changesCaption: 'Changes, newest first',
  changesColumns: ['When', 'Address', 'What', 'Severity'],
  noChanges: 'We noticed no change.',
  noChangesSinceFirst: 'We noticed no change since the first check, at',
  unchecked: 'not checked',
  oldCheck: 'not checked in the time of this report. What it shows is how it was at',
  agedCheck: 'the check that this report shows is',
  agedTodo: 'It is not known what changed since. Have it checked again before you rely on this.',
  fromSite: 'checked from the site, by someone there with a code, at',
  invited: 'Checked from the site',
  invitedNote:
    'Someone at the site had this address checked with a code. It is the address that they came from, such as that of a phone on mobile data, and may be of another line than the addresses above.',
  checklist: 'Checklist',
  checklistCaption: 'What was attested, by whom and when',
  checklistColumns: ['Item', 'State', 'By whom and when'],
  unseen: 'Not seen this time, and not known to be closed',
  unseenTodo:
    'See in the router whether what was not seen this time is still forwarded, and remove it if it is not needed. It counts as open until a check shows it closed.',
  about: 'About this report',
  addresses: 'The addresses',
  addressesCaption: 'The addresses that were checked, and the result of each',
  addressesColumns: ['Address', 'Result', 'Findings', 'Checked'],
  insideOnly: 'not seen from outside',
  cutOff: 'and was cut off: only what was known by then',
  reachable: 'Reachable from outside',
  reachableColumns: ['Endpoint', 'Service', 'Cause', 'Explanation'],
  router: 'The router',
  otherGateway: 'Another gateway',
  mappings: 'Port mappings that the router lists',
  mappingsColumns: ['Outside', 'Inside', 'Lease', 'For', 'Description'],
  measured: 'Measured',
  otherSite: 'By their addresses, the two runs seem to be of different sites, so nothing is reported as fixed.',
  gone: 'Fixed:',
  new: 'New:',
  still: 'Still there:',
  notKnown: 'Not seen this time, but not known to be fixed:',
  reachChanges: 'Reachable from outside:',
  reachKinds: {
    opened: 'opened',
    found: 'found open',
    closed: 'closed',
    'cause-changed': 'open for another cause',
    'still-open': 'still open',
    'not-known': 'not known',
  },
  total: 'In total',
  totalColumns: ['Result', 'Addresses'],
  attached: 'The report as data is attached to this document:',
  signed:
    'This report is signed. "sallyport verify FILE --key ID" shows whether it is as it was signed, by the key with this id:',
  page: 'Page',
  unshown:
    'Characters that this document cannot show are written as codes, such as \\u{4e2d}. The attached data has them as they are.',
} as const;
