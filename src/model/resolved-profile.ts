import * as z from 'zod';
import { parseEndpointId, type EndpointId } from './endpoint.js';
import { OUTSIDER, type Profile } from './profile.js';

/*
 * A resolved profile as somebody sends it. Keys stand in the order in which profiles are resolved, since the digest of
 * a profile is made of its text.
 */

const id = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'must be a lower-case name');
const title = z.string().min(1).max(128);
const access = z.enum(['must', 'may', 'must-not']);
const endpoints = z
  .array(
    z
      .string()
      .max(16)
      .refine(
        (text) => parseEndpointId(text) !== undefined,
        'must be such as udp/5060',
      ) as unknown as z.ZodType<EndpointId>,
  )
  .max(256);

const source = z.strictObject({
  title,
  cidrs: z.array(z.string().regex(/^[0-9a-fA-F:.]{2,45}(?:\/\d{1,3})?$/, 'must be an address or a network')).max(1_024),
});

const service = z.strictObject({
  id,
  title,
  kind: z.enum(['admin', 'sip', 'media', 'data', 'gateway']),
  endpoints,
  programs: z.array(z.string().max(32)).max(16),
  probed: z.boolean(),
  defaultEndpoints: endpoints,
  access: z.record(id, access).refine((given) => Object.hasOwn(given, OUTSIDER), `must say what ${OUTSIDER} may`),
});

/** A profile with all that it extends, bounded. */
export const resolvedProfileSchema: z.ZodType<Profile> = z.strictObject({
  name: id,
  title,
  description: z.string().max(4_096),
  file: z.string().max(4_096).nullable().describe('not used'),
  sources: z.record(id, source).refine((given) => Object.keys(given).length <= 32, 'must be at most 32'),
  services: z
    .array(service)
    .min(1)
    .max(64)
    .refine((list) => new Set(list.map((one) => one.id)).size === list.length, 'must not repeat an id'),
  unlisted: access,
});
