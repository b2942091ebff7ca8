import * as z from 'zod';
import { CHANGE_KINDS, type Change } from './change.js';
import type { EndpointId } from './endpoint.js';
import { SEVERITIES } from './severity.js';

const endpoint = z.string().regex(/^(?:tcp|udp)\/\d{1,5}$/) as unknown as z.ZodType<EndpointId>;

/** A change, as it is told outside. */
export const changeSchema = z.object({
  kind: z.enum(CHANGE_KINDS),
  key: z.string().describe('the same for the same thing, also when it ends'),
  severity: z.enum(SEVERITIES),
  rule: z.string().nullable(),
  endpoint: endpoint.nullable(),
  title: z.string().describe('in one line for people; may hold text of the target, so escape it'),
  before: z.string().nullable(),
  after: z.string().nullable(),
}) satisfies z.ZodType<Change>;
