import type { EndpointId } from '../model/endpoint.js';
import type { ReportedFinding } from '../model/finding.js';
import type { Report } from '../model/report.js';
import { SEVERITIES } from '../model/severity.js';

/** Findings that are shown together: at least one, of one rule and one kind. */
export type FindingGroup = readonly [ReportedFinding, ...ReportedFinding[]];

/**
 * Worst first, and what was accepted last; findings of one severity keep the order of the rules. Where there is no
 * verdict, what keeps us from one comes before all others.
 */
export function sortFindings({ findings, verdict }: Pick<Report, 'findings' | 'verdict'>): ReportedFinding[] {
  const comesFirst = (finding: ReportedFinding) => verdict === 'inconclusive' && finding.effect === 'inconclusive';
  return [...findings].sort(
    (a, b) =>
      Number(comesFirst(b)) - Number(comesFirst(a)) ||
      Number(Boolean(a.waiver)) - Number(Boolean(b.waiver)) ||
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
}

/**
 * Puts the findings together that one rule has of several endpoints, with the same severity, effect and waiver, each
 * group in the place of its first finding. What is not about an endpoint stands by itself.
 */
export function groupFindings(findings: readonly ReportedFinding[]): FindingGroup[] {
  const groups = new Map<unknown, [ReportedFinding, ...ReportedFinding[]]>();
  for (const finding of findings) {
    const { rule, severity, effect, endpoint, waiver } = finding;
    const key = endpoint === null ? Symbol() : JSON.stringify([rule, severity, effect, waiver ?? null]);
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  return [...groups.values()];
}

/** What the texts of a group have in common, and what each adds. */
export interface SharedText {
  /** The sentences with which all of them begin. */
  readonly common: string;
  /** What comes after that, each once; nothing if all are the same. */
  readonly further: readonly { readonly text: string; readonly endpoints: readonly EndpointId[] }[];
}

/** Puts the texts together that the findings of a group have in one field. */
export function shareTexts(group: FindingGroup, field: 'matters' | 'remedy'): SharedText {
  const texts = group.map((finding) => splitSentences(finding[field]));
  const [first = []] = texts;
  const differs = first.findIndex((sentence, index) => texts.some((text) => text[index] !== sentence));
  const length = differs === -1 ? first.length : differs;
  const further = new Map<string, EndpointId[]>();
  for (const [index, { endpoint }] of group.entries()) {
    const text = texts[index]?.slice(length).join(' ') ?? '';
    if (text === '' || endpoint === null) continue;
    const endpoints = further.get(text);
    if (endpoints) endpoints.push(endpoint);
    else further.set(text, [endpoint]);
  }
  return {
    common: first.slice(0, length).join(' '),
    further: [...further].map(([text, endpoints]) => ({ text, endpoints })),
  };
}

/** Where it splits once too often, a part stands on its own line at worst. */
function splitSentences(text: string): string[] {
  return text.split(/(?<=[.!?]) /);
}
