import * as z from 'zod';
import type { EndpointId } from '../../model/endpoint.js';
import type { ProfileService } from '../../model/profile.js';
import { identitySchema, REASONS } from '../../model/report.js';
import type { Severity } from '../../model/severity.js';
import { nullableText, text } from '../../model/text.js';
import { cutText, quote } from '../../words/sentence.js';
import type { Facts, Opening } from './facts.js';
import type { Seen } from './trust.js';
import type { Found } from './rule.js';

/*
 * What rules keep of an open endpoint, and the words for it: the same for all of them.
 */

/** A service of the profile, as findings name it. */
export const serviceSchema = z.object({
  id: text(64),
  title: text(80),
  programs: z.array(text(32)).max(8).describe('NEC program numbers that move or close it'),
});
export type ServiceData = z.infer<typeof serviceSchema>;

/** Who answered, in so far as it was found out; a banner is left out, for it may tell the time. */
export const answerSchema = z.discriminatedUnion('by', [
  z.object({
    by: z.literal('identity'),
    ...identitySchema.pick({ kind: true, model: true, confidence: true }).shape,
    label: text(120),
    basis: nullableText(120).describe('the first piece of evidence'),
  }),
  z.object({ by: z.literal('name'), name: text(120).describe('what it calls itself') }),
  z.object({ by: z.enum(['web', 'sip', 'text', 'nothing']) }),
]);
export type AnswerData = z.infer<typeof answerSchema>;

/** What is known of an open endpoint, apart from the endpoint itself. */
export const openingSchema = z.object({
  service: serviceSchema.nullable().describe('the service that the profile has there'),
  reason: z.enum(REASONS),
  answer: answerSchema,
  from: nullableText(64).describe('address:port of the answer, where it was not the endpoint that was asked'),
  fromPort5060: z.boolean().describe('it answered only when asked from port 5060'),
  source: text(64).describe('the source of the profile that the check was made as'),
});
export type OpeningData = z.infer<typeof openingSchema>;

/** A service as findings keep it. */
export function keepService({ id, title, programs }: ProfileService): ServiceData {
  return {
    id: cutText(id, 64),
    title: cutText(title, 80),
    programs: programs.slice(0, 8).map((program) => cutText(program, 32)),
  };
}

/** Who answered, as findings keep it. */
export function keepAnswer({ identity, evidence }: Seen): AnswerData {
  if (identity) {
    const { kind, model, confidence, label, basis } = identity;
    const first = basis[0];
    return {
      by: 'identity',
      ...{ kind, model, confidence },
      label: cutText(label, 120),
      basis: first ? cutText(first, 120) : null,
    };
  }
  const { http, sip, banner } = evidence;
  const name = http?.server ?? sip?.server ?? sip?.userAgent;
  if (name) return { by: 'name', name: cutText(name, 120) };
  return { by: http ? 'web' : sip ? 'sip' : banner?.trim() ? 'text' : 'nothing' };
}

/** An open endpoint as findings keep it. */
export function keepOpening({ source }: Facts, { seen, service }: Opening): OpeningData {
  const { reason, evidence } = seen;
  return {
    service: service ? keepService(service) : null,
    reason,
    answer: keepAnswer(seen),
    from: evidence.from ? cutText(evidence.from, 64) : null,
    fromPort5060: evidence.fromPort5060 ?? false,
    source: cutText(source, 64),
  };
}

/** A violation on an open endpoint. */
export function foundAt<Data extends OpeningData>(
  { endpoint }: Opening,
  severity: Severity,
  data: Data,
): Found<Data> & { readonly endpoint: EndpointId } {
  return { severity, effect: 'violation', endpoint, observations: [endpoint], data };
}

/** What was seen of an open endpoint: state, reason, who answered and on what evidence. */
export function sayOpening({ endpoint, data }: Pick<Found<OpeningData>, 'endpoint' | 'data'>): string {
  const { service, reason, answer, from, fromPort5060 } = data;
  return [
    `${endpoint}${service ? `, the port of ${service.title},` : ''} is open (${reason}).`,
    sayAnswer(answer),
    ...(reason === 'reset-after-accept' ? ['It accepted the connection and reset it at once.'] : []),
    ...(from ? [`The answer came from ${from}.`] : []),
    ...(fromPort5060 ? ['It answered only when asked from port 5060.'] : []),
  ].join(' ');
}

const CONFIDENCE = { certain: 'is', likely: 'is probably', possible: 'is possibly' } as const;

const UNKNOWN = {
  web: 'A web server answers that does not give its name.',
  sip: 'A SIP server answers that does not give its name.',
  text: 'It sends text that does not identify it.',
  nothing: 'It sent nothing that shows what it is.',
} as const;

/** Who answered, as certain as the evidence. */
export function sayAnswer(answer: AnswerData): string {
  switch (answer.by) {
    case 'identity':
      return `What answers ${CONFIDENCE[answer.confidence]} ${quote(answer.label)}${answer.basis ? ` (evidence: ${quote(answer.basis)})` : ''}.`;
    case 'name':
      return `What answers calls itself ${quote(answer.name)}, which we could not identify.`;
    case 'web':
    case 'sip':
    case 'text':
    case 'nothing':
      return UNKNOWN[answer.by];
  }
}

/** What the profile says of an endpoint from our source, as a sentence. */
export function sayBan({ source }: OpeningData): string {
  return `The profile does not let us (${quote(source)}) reach it.`;
}
