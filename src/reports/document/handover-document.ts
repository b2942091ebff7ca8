import { type Handover, HANDOVER_SCHEMA } from '../../model/handover.js';
import { OUTSIDER } from '../../model/profile.js';
import type { Report } from '../../model/report.js';
import type { SiteReport } from '../../model/site.js';
import { standingOf } from '../../model/standing.js';
import { renderCount, upperFirst } from '../../words/sentence.js';
import { renderTime } from '../../words/time.js';
import { renderJson } from '../json.js';
import type { Swept } from '../reporter.js';
import { describeAddress } from './address-blocks.js';
import {
  type AddressPart,
  isCurrent,
  listAges,
  listFromSite,
  listTelling,
  listUnchecked,
  listWorse,
  nameAddress,
  nameTarget,
  sayHandover,
  sayVerdict,
  worstStanding,
} from './address-verdict.js';
import { listDoubts, listTodo, tellAccepted, tellFindings, tellTodo, type Todo } from './finding-blocks.js';
import { countNotDone, describeChecklist, listChecklistTodo, tellNotDone } from './checklist-blocks.js';
import { tellChanges } from './changes-blocks.js';
import { describeSite } from './site-blocks.js';
import type { Block, ReportDocument, TableBlock, VerdictBlock } from './report-document.js';
import { FIXED_BY_WORDS, STANDING_WORDS, TEXTS } from './strings.js';

/** The report of a client, or of one check: a page that a customer understands, then the evidence. Pure. */
export function describeHandover(handover: Handover): ReportDocument {
  const { client, madeAt, site, checklist } = handover;
  const subject = client?.name ?? (site ? nameSite(site) : listSubjects(handover.addresses));
  const parts = site ? describeSite(site, handover) : describeAddresses(handover);
  return {
    title: site ? TEXTS.siteTitle : TEXTS.title,
    subject,
    madeAt,
    blocks: [...parts, ...(checklist ? describeChecklist(checklist) : []), ...tellAbout(handover)],
    attachment: { name: 'sallyport-report.json', json: renderJson(handover) },
  };
}

function nameSite({ client, evidence: { outside, lan } }: SiteReport): string {
  return client ?? outside?.address ?? lan.gateways[0]?.address ?? 'this network';
}

/** What checks from outside saw: a page that a customer understands, then the evidence. */
function describeAddresses(handover: Handover): Block[] {
  const { addresses } = handover;
  const reports = addresses.map(({ report }) => report);
  const telling = listTelling(handover);
  const notDone = tellNotDone(handover.checklist);
  return [
    tellVerdict(handover),
    ...[...listAges(handover), ...listFromSite(handover), ...listUnchecked(handover)].map(
      (text) => ({ kind: 'text', text }) as const,
    ),
    ...tellFindings(telling, isCurrent(handover), notDone.length === 0),
    ...notDone,
    ...tellTodo(listHandoverTodo(handover)),
    ...tellAccepted(reports),
    ...tellUnseen(addresses, addresses.length > 1),
    ...tellInvited(handover),
    // What was checked from the site alone has said all of it.
    ...(addresses.length === 0 && handover.invited.length > 0 ? [] : describeEvidence(handover)),
  ];
}

function describeEvidence(handover: Handover): Block[] {
  const { addresses } = handover;
  const many = addresses.length > 1;
  return [
    ...tellChecked(handover),
    ...listDoubts(addresses.map((part) => ({ ...part.report, name: nameAddress(part) }))),
    { kind: 'break' },
    ...(many ? [] : [{ kind: 'heading', level: 2, text: TEXTS.evidence } as const]),
    ...addresses.flatMap((part) => describeAddress(part, many)),
    ...tellChanges(handover),
  ];
}

/**
 * One report of many as a part of a document: its result, what was found, and the evidence.
 * @param swept the client that it is of, if any
 */
export function describeOne(report: Report, swept?: Swept): Block[] {
  const handover = handOverReports([report], swept?.lost);
  const { addresses } = handover;
  return [
    {
      kind: 'heading',
      level: 2,
      text: [swept?.client.name, addresses.map(nameAddress).join(', ')].filter(Boolean).join(', '),
    },
    tellVerdict(handover),
    ...tellUnseen(addresses, false),
    ...addresses.flatMap((part) => describeAddress(part, false)),
    ...listDoubts([{ ...report, name: '' }]),
  ];
}

/**
 * All that a document of checks alone is made from; made when the last of them ended.
 * @param lost what stands out of sight, if it is the report of one address
 */
export function handOverReports(reports: readonly Report[], lost: Swept['lost'] = []): Handover {
  const unseen = lost.map(({ title, lostAt }) => ({ title, since: lostAt }));
  const ends = reports.map(({ startedAt, durationMs }) => Date.parse(startedAt) + durationMs);
  return {
    ...beginHandover(reports[0]!.tool, Math.max(...ends)),
    addresses: reports.map((report) => ({ slot: null, report, unseen, history: null })),
  };
}

/** All that a document of a site is made from; made when its check ended. */
export function handOverSite(site: SiteReport): Handover {
  return {
    ...beginHandover(site.tool, Date.parse(site.startedAt) + site.durationMs),
    site,
    checklist: site.evidence.checklist,
  };
}

/** The last time that there is a date of: a file that is handed in may say that a check took longer. */
const LAST_TIME = 8.64e15;

function beginHandover({ name, version }: Report['tool'], endedAt: number): Handover {
  return {
    schema: HANDOVER_SCHEMA,
    tool: { name, version },
    madeAt: new Date(Math.min(endedAt, LAST_TIME)).toISOString(),
    client: null,
    since: null,
    addresses: [],
    unchecked: [],
    invited: [],
    changes: [],
    site: null,
    checklist: null,
  };
}

function listSubjects(addresses: readonly AddressPart[]): string {
  return addresses.map(({ report }) => report.target.name ?? report.target.address ?? report.target.input).join(', ');
}

function tellVerdict(handover: Handover): VerdictBlock {
  const standing = worstStanding(handover);
  const text = sayHandover(handover, standing) + countNotDone(handover.checklist);
  return { kind: 'verdict', standing, label: STANDING_WORDS[standing].label, text };
}

function tellOne(report: Report): VerdictBlock {
  const standing = standingOf(report);
  const text = sayVerdict(standing, [report]);
  return { kind: 'verdict', standing, label: STANDING_WORDS[standing].label, text };
}

/** What someone at the site had checked: each with a verdict of its own. */
function tellInvited(handover: Handover): Block[] {
  const { invited } = handover;
  const told = listWorse(handover);
  if (invited.length === 0) return [];
  return [
    { kind: 'heading', level: 2, text: TEXTS.invited },
    { kind: 'text', text: TEXTS.invitedNote },
    ...invited.flatMap((report) => [
      { kind: 'heading', level: 3, text: `${nameTarget(report)}, ${renderTime(report.startedAt)}` } as const,
      tellOne(report),
      // What comes first of each is its heading; what the verdict above is about stands there.
      ...(told.includes(report) ? [] : [...tellFindings([report]).slice(1), ...tellTodo(listTodo([report])).slice(1)]),
    ]),
  ];
}

function tellUnseen(addresses: readonly AddressPart[], many: boolean): Block[] {
  const items = listUnseenOf(addresses, many);
  return items.length === 0
    ? []
    : [
        { kind: 'heading', level: 2, text: TEXTS.unseen },
        { kind: 'list', ordered: false, items },
      ];
}

/** What to do about what was found, what is not done by the checklist, and what was not seen this time. */
export function listHandoverTodo(handover: Handover): Todo[] {
  const isUnseen = handover.addresses.some(({ unseen }) => unseen.length > 0);
  const unseen = { remedy: TEXTS.unseenTodo, who: FIXED_BY_WORDS.router };
  return [...listTodo(listTelling(handover)), ...listChecklistTodo(handover.checklist), ...(isUnseen ? [unseen] : [])];
}

/** Exposures that stand and were not seen. */
export function listUnseenOf(addresses: readonly AddressPart[], many: boolean): string[] {
  return addresses.flatMap(({ slot, unseen }) =>
    unseen.map(({ title }) => `${many && slot !== null ? `${slot}: ` : ''}${upperFirst(title)}`),
  );
}

/** What was checked, from where, when, and by whose permission. */
function tellChecked({ addresses }: Handover): Block[] {
  const [first] = addresses;
  const heading: Block = { kind: 'heading', level: 2, text: TEXTS.checked };
  if (!first) return [heading, { kind: 'text', text: 'No check is known.' }];
  const allowed = [...new Set(addresses.map(({ report }) => report.authorization ?? 'not recorded'))];
  const profiles = [...new Set(addresses.map(({ report }) => report.profile.name))];
  const times = addresses.map(({ report }) => report.startedAt).sort();
  const endpoints = addresses.map(({ report: { observations, unlisted } }) =>
    Object.values(unlisted).reduce((sum, count) => sum + count, observations.length),
  );
  const facts: [string, string][] = [
    ['Address', addresses.map(nameAddress).join(', ')],
    [
      'When',
      times[0] === times.at(-1) ? renderTime(times[0]!) : `${renderTime(times[0]!)} to ${renderTime(times.at(-1)!)}`,
    ],
    ['From', sayFrom(first.report)],
    [
      'How',
      `${renderCount(
        endpoints.reduce((sum, count) => sum + count, 0),
        'endpoint',
      )} asked over TCP and UDP, without a login and without a call`,
    ],
    ['Agreed', `what may be reachable: profile ${profiles.map((name) => `"${name}"`).join(', ')}`],
    ['Permission', allowed.join('; ')],
  ];
  return [heading, { kind: 'facts', rows: facts }, ...(addresses.length > 1 ? [tableAddresses(addresses)] : [])];
}

function sayFrom({ vantage, vantages }: Report): string {
  const at = ({ address, source }: Report['vantage']) =>
    `at ${address ?? 'an unknown address'}${source === OUTSIDER ? ', as anyone could' : `, as "${source}"`}`;
  if (!vantages) return `the internet, ${at(vantage)}`;
  const places = vantages.map(
    ({ name, report }) => `${name}${report ? ` ${at(report.vantage)}` : ', which could not'}`,
  );
  return `${renderCount(vantages.length, 'place')} on the internet: ${places.join('; ')}`;
}

function tableAddresses(addresses: readonly AddressPart[]): TableBlock {
  const rows = addresses.map((part) => {
    const { report } = part;
    const standing = standingOf(report);
    return [
      nameAddress(part),
      { standing, label: STANDING_WORDS[standing].label },
      String(report.findings.length),
      renderTime(report.startedAt),
    ];
  });
  return { kind: 'table', caption: TEXTS.addressesCaption, columns: TEXTS.addressesColumns, rows };
}

function tellAbout({ tool, madeAt, addresses, site }: Handover): Block[] {
  const made = [...addresses.map(({ report }) => report), ...(site ? [site] : [])];
  const rulesets = [...new Set(made.map((report) => report.tool.ruleset))].join(', ');
  const digests = [...new Set(made.map(({ profile }) => `${profile.name} ${profile.digest}`))];
  return [
    { kind: 'heading', level: 2, text: TEXTS.about },
    {
      kind: 'facts',
      rows: [
        ['Made', `${renderTime(madeAt)}, by sallyport ${tool.version}${rulesets && `, rules ${rulesets}`}`],
        ...digests.map((digest): [string, string] => ['Profile', `${digest} (SHA-256)`]),
      ],
    },
  ];
}
