import * as z from 'zod';
import { ACCESSES } from '../../model/profile.js';
import { idSchema } from '../../model/text.js';

const title = z.string().min(1).max(128);

const accessSchema = z
  .enum(ACCESSES)
  .describe('must: an outage if it is not reachable; may: either is fine; must-not: a violation if it is reachable');

const sourceSchema = z
  .strictObject({
    title: title.describe('who that is, for people'),
    cidrs: z
      .array(z.string().max(64))
      .max(1024)
      .default([])
      .describe('networks and addresses of the source; empty where they are not known'),
  })
  .describe('a named place that traffic comes from');

const serviceSchema = z
  .strictObject({
    title: title.optional().describe('needed for a service that sallyport does not know'),
    endpoints: z
      .array(
        z
          .string()
          .regex(/^(?:tcp|udp)\/\d{1,5}(?:-\d{1,5})?$/, 'expected an endpoint such as tcp/8081 or udp/10020-10083'),
      )
      .min(1)
      .max(1024)
      .optional()
      .describe('where the service is on this site; replaces the inherited endpoints'),
    from: z
      .record(idSchema, accessSchema)
      .optional()
      .describe('access for each source; "outsider" is everybody else, and what holds for sources not listed'),
  })
  .describe('a service and who may reach it');

/** The format of a profile file; schemas/profile.schema.json is generated from it. */
export const profileFileSchema = z
  .strictObject({
    name: idSchema,
    title: title.describe('one line, for lists'),
    description: z.string().max(4096).default('').describe('when the profile fits, and what it allows'),
    extends: z
      .string()
      .min(1)
      .max(1024)
      .optional()
      .describe('a shipped profile, or a file (relative to this one), whose sources and services are inherited'),
    sources: z.record(idSchema, sourceSchema).default({}),
    services: z.record(idSchema, serviceSchema).default({}),
    unlisted: z
      .enum(['may', 'must-not'])
      .optional()
      .describe('access to every endpoint that no service lists; must-not unless inherited otherwise'),
  })
  .describe('What may, must and must not be reachable on the public address of a site, and from where');

/** A profile file after it was read, before `extends` is followed. */
export type ProfileFile = z.infer<typeof profileFileSchema>;
