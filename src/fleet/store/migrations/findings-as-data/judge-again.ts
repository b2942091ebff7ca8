import { judgeSurvey, surveyOf } from '../../../../check/judge/judge-survey.js';
import { RULES } from '../../../../check/rules/registry.js';
import type { EndpointId } from '../../../../model/endpoint.js';
import type { Finding, Undetermined } from '../../../../model/finding.js';
import { type Access, OUTSIDER, type Profile, type ProfileService } from '../../../../model/profile.js';
import type { Report, ReportData } from '../../../../model/report.js';
import { findService, SERVICES } from '../../../../model/service.js';
import type { Explanation, Grounds, SiteReportData } from '../../../../model/site.js';
import { judgeSite } from '../../../../site/judge/judge-site.js';
import { SITE_RULES } from '../../../../site/rules/registry.js';
import type { OldFinding, OldReport, OldSiteReport, OldUndetermined } from './old-body.js';

const ALL_RULES = [...RULES, ...SITE_RULES];

/** What stands where no rule of today finds what a rule once told. */
const UNKNOWN_RULE = 'unknown';

/**
 * A report of version 2 as data. What it told in words is found again in its observations, by today's rules and by its
 * profile as far as the report itself shows that. Nothing that it concluded changes: its verdict, and which rule found
 * something where, how bad it is and whether someone accepted it, stay as they were. `again` tells by what version.
 */
export function judgeAgain(old: OldReport): ReportData {
  const { summary: _summary, findings, undetermined, ...report } = old;
  const fresh = judgeSurvey(surveyOf({ ...report, findings: [], undetermined: [] }), {
    profile: profileOf({ name: old.profile.name, source: old.vantage.source, findings, seen: listSeen(old) }),
    profileDigest: old.profile.digest,
    authorization: old.authorization,
    failOn: old.failOn,
  });
  return {
    ...report,
    findings: renewFindings(findings, fresh.findings),
    undetermined: renewUndetermined(undetermined, fresh.undetermined),
    again: { version: fresh.tool.version, ruleset: fresh.tool.ruleset },
  };
}

/** The report of a site of version 2 as data, judged again as {@link judgeAgain} does. */
export function judgeSiteAgain(old: OldSiteReport): SiteReportData {
  const { summary: _summary, findings, undetermined, ...report } = old;
  const { outside } = old.evidence;
  const check = outside?.check ?? null;
  const evidence = {
    ...old.evidence,
    // Of the check from outside the data are kept as well, and no words.
    outside: outside && { ...outside, check: (check && judgeAgain(check)) as Report | null },
  };
  const reachable = old.reachable.map(({ endpoint, service }) => ({ endpoint, service, open: true }));
  const fresh = judgeSite(evidence, {
    ...{ kind: old.kind, client: old.client, profileDigest: old.profile.digest, earlier: [] },
    ...{ startedAt: old.startedAt, durationMs: old.durationMs, interrupted: old.interrupted },
    profile: profileOf({
      name: old.profile.name,
      source: check?.vantage.source ?? outside?.source ?? OUTSIDER,
      findings: [...(check?.findings ?? []), ...findings],
      seen: [...(check ? listSeen(check) : []), ...reachable],
    }),
  });
  return {
    ...report,
    evidence,
    reachable: old.reachable.map(({ sentence: _sentence, ...explanation }) => ({
      ...explanation,
      grounds: findGrounds(explanation, fresh.reachable),
    })),
    findings: renewFindings(findings, fresh.findings),
    undetermined: renewUndetermined(undetermined, fresh.undetermined),
    again: { version: fresh.tool.version, ruleset: fresh.tool.ruleset },
  };
}

/** What the same cause rests on today; nothing in particular where today it is another. */
function findGrounds({ endpoint, cause }: Omit<Explanation, 'grounds'>, fresh: readonly Explanation[]): Grounds {
  const same = fresh.find((one) => one.endpoint === endpoint && one.cause === cause);
  return same?.grounds ?? { kind: 'anything', natPmp: false, unread: false, standIn: false };
}

function listSeen({ observations }: OldReport): Shown['seen'] {
  return observations.map(({ endpoint, service, state }) => ({ endpoint, service, open: state === 'open' }));
}

/** Findings with the data that the same rule finds at the same place today, and none if it finds nothing. */
function renewFindings(old: readonly OldFinding[], fresh: readonly Finding[]): Finding[] {
  const left = [...fresh];
  return old.map(({ rule, severity, effect, endpoint, observations, waiver }) => {
    const index = left.findIndex((finding) => finding.rule === rule && finding.endpoint === endpoint);
    const [same] = index < 0 ? [] : left.splice(index, 1);
    const about = same?.about ?? ALL_RULES.find(({ id }) => id === rule)?.about ?? guessAbout(effect);
    const data = same?.data ?? {};
    return { rule, about, severity, effect, endpoint, data, observations, ...(waiver && { waiver }) };
  });
}

function guessAbout(effect: Finding['effect']): Finding['about'] {
  return effect === 'violation' ? 'exposure' : effect === 'inconclusive' ? 'gap' : 'note';
}

/**
 * What is undetermined today, as far as it blocks what was blocked before, and an entry for each that no longer exists today.
 * Which rule said what was not kept.
 */
function renewUndetermined(old: readonly OldUndetermined[], fresh: readonly Undetermined[]): Undetermined[] {
  const left = [...old];
  const same = fresh.filter(({ endpoint, blocking }) => {
    const index = left.findIndex((entry) => entry.endpoint === endpoint && entry.blocking === blocking);
    if (index >= 0) left.splice(index, 1);
    return index >= 0 || !blocking;
  });
  return [...same, ...left.map(({ endpoint, blocking }) => ({ rule: UNKNOWN_RULE, endpoint, data: {}, blocking }))];
}

/** What a report shows of its profile. */
interface Shown {
  readonly name: string;
  /** Which source of the profile looked. */
  readonly source: string;
  readonly findings: readonly OldFinding[];
  readonly seen: readonly { readonly endpoint: EndpointId; readonly service: string | null; readonly open: boolean }[];
}

/** As much of the profile as a report shows: services where it saw them, and what it found wrong with them. */
function profileOf({ name, source, findings, seen }: Shown): Profile {
  const told = findings.filter(({ effect, waiver }) => effect === 'violation' || waiver);
  const isOutage = ({ rule }: OldFinding) => ALL_RULES.find(({ id }) => id === rule)?.about === 'outage';
  const placesOf = (some: readonly OldFinding[]) =>
    new Set(some.flatMap(({ endpoint, observations }) => (endpoint ? [endpoint, ...observations] : observations)));
  const missing = placesOf(told.filter(isOutage));
  const forbidden = placesOf(told.filter((finding) => !isOutage(finding)));
  const reachable = new Set(seen.flatMap(({ endpoint, open }) => (open ? [endpoint] : [])));
  const accessTo = (endpoints: readonly EndpointId[]): Access => {
    if (endpoints.some((endpoint) => missing.has(endpoint))) return 'must';
    if (endpoints.some((endpoint) => forbidden.has(endpoint))) return 'must-not';
    return endpoints.some((endpoint) => reachable.has(endpoint)) ? 'may' : 'must-not';
  };
  const places = new Map<string, Set<EndpointId>>();
  for (const { service, endpoint } of seen)
    if (service !== null) places.set(service, (places.get(service) ?? new Set()).add(endpoint));
  const createService = (id: string, endpoints: readonly EndpointId[]): ProfileService => {
    const known = findService(id);
    const access = accessTo(endpoints);
    return {
      ...{ id, title: known?.title ?? id, kind: known?.kind ?? 'data', endpoints },
      defaultEndpoints: known?.endpoints ?? endpoints,
      programs: known?.programs ?? [],
      probed: known?.probed ?? true,
      access: { [OUTSIDER]: access, [source]: access },
    };
  };
  const elsewhere = SERVICES.filter(({ id }) => !places.has(id));
  return {
    ...{ name, title: name, description: '', file: null, unlisted: 'must-not' },
    sources: source === OUTSIDER ? {} : { [source]: { title: source, cidrs: [] } },
    services: [
      ...[...places].map(([id, endpoints]) => createService(id, [...endpoints])),
      ...elsewhere.map(({ id, endpoints }) => createService(id, endpoints)),
    ],
  };
}
