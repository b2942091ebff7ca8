import * as z from 'zod';
import { adminStakes } from '../../check/rules/admin-stakes.js';
import type { RuleWords } from '../../check/rules/rule.js';
import type { EndpointId } from '../../model/endpoint.js';
import { SERVICE_KINDS, type ServiceKind } from '../../model/service.js';
import type { Severity } from '../../model/severity.js';
import { nullableText, text } from '../../model/text.js';
import type { SiteFacts } from '../evidence/facts.js';

/** What is at stake where an endpoint is reachable that the profile forbids. */
export const stakesSchema = z.object({
  kind: z.enum([...SERVICE_KINDS, 'unlisted']),
  service: nullableText(64).describe('id of the service'),
  model: nullableText(64).describe('that answers'),
  programs: z.array(text(32)).max(32),
});
export type Stakes = z.infer<typeof stakesSchema>;

const SEVERITY_OF: Readonly<Record<Stakes['kind'], Severity>> = {
  admin: 'critical',
  sip: 'high',
  media: 'medium',
  data: 'high',
  gateway: 'high',
  unlisted: 'high',
};

/** What is at stake, and how bad it is. */
export function weighStakes(
  { serviceOf, check }: SiteFacts,
  endpoint: EndpointId,
): { severity: Severity; stakes: Stakes } {
  const service = serviceOf(endpoint);
  const kind: Stakes['kind'] = service?.kind ?? 'unlisted';
  const identity = check?.open.find((opening) => opening.endpoint === endpoint)?.seen.identity;
  const programs = (service?.programs ?? []).slice(0, 32);
  const stakes: Stakes = { kind, service: service?.id.slice(0, 64) ?? null, model: identity?.model ?? null, programs };
  return { severity: SEVERITY_OF[kind], stakes };
}

const MATTERS: Readonly<Record<Exclude<ServiceKind, 'admin'> | 'unlisted', string>> = {
  sip: 'Scanners constantly look for open SIP ports and guess passwords there, to place calls at the customer’s expense (toll fraud).',
  media: 'Only what the profile names needs the voice media ports from outside. Open ports can be flooded.',
  data: 'Every open port is a way to the phone system that no one agreed to, and it shows what stands behind it.',
  gateway:
    'UPnP and NAT-PMP open ways through the router without a password. They should be reachable from the LAN only.',
  unlisted: 'No one agreed to it, so no one watches what stands behind it.',
};

/** Why that matters, with the programs and advisories that apply. */
export function sayStakes({
  kind,
  service,
  model,
  programs,
}: Stakes): Pick<RuleWords, 'matters' | 'programs' | 'references'> {
  if (kind === 'admin') return { programs, ...adminStakes({ model }, service ?? '') };
  return { matters: MATTERS[kind], programs, references: [] };
}
