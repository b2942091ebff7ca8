import { fastifySwagger } from '@fastify/swagger';
import { createJsonSchemaTransform } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { ServerApp } from '../../server/create-server.js';
import { VERSION } from '../../version.js';

/*
 * What the resources of the API have in common, as zod schemas: what they take is checked by them, what they answer is
 * written by them, and the OpenAPI document is made of them.
 */

/** Largest body of what is not a whole file, bytes. */
export const SMALL_BODY = 65_536;

const DESCRIPTION =
  'What the pages of sallyport serve do, for programs. Send a token as "Authorization: Bearer TOKEN"; viewer reads, ' +
  'operator checks and accepts findings, admin changes the inventory. Everything that is wrong is told as {"error"}, a ' +
  'sentence. Fields may be added. Nothing that is unknown, stale or out of sight is ever called compliant.';

/** Whoever reads our answers has to bear fields that a later version adds; what we take may have no others. */
const transform = createJsonSchemaTransform({
  zodToJsonConfig: {
    override: ({ zodSchema, jsonSchema }) => {
      // No body at all.
      if (zodSchema instanceof z.ZodUndefined) jsonSchema.type = 'null';
      if (zodSchema instanceof z.ZodObject && !zodSchema.def.catchall) delete jsonSchema.additionalProperties;
    },
  },
});

/** Collects the routes that are added from now on into an OpenAPI document. */
export async function describeApi(api: ServerApp): Promise<void> {
  await api.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'sallyport', version: VERSION, description: DESCRIPTION },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: '__Host-sallyport', description: 'of a page of ours alone' },
        },
      },
    },
    transform,
  });
}

export const errorSchema = z.object({ error: z.string().describe('what is wrong, in a sentence') });

/** What any route can answer besides what it is for. */
const REFUSALS = {
  400: errorSchema.describe('The request is not as described'),
  401: errorSchema.describe('No valid token'),
  403: errorSchema.describe('The role is not enough, or the request comes from another site'),
  429: errorSchema.describe('Too many requests; Retry-After says when to try again'),
};

/** What a route answers that is asked for one thing of many. */
export const MISSING = { 404: errorSchema.describe('There is no such thing') };

/** What a route answers that asks the store. */
export const BUSY = {
  503: errorSchema.describe('The store or the server is busy, or the store cannot be read: try again'),
};

/** What a route answers that takes a body. */
export const BODY = {
  413: errorSchema.describe('The body is too large'),
  415: errorSchema.describe('The body is not of a type that is taken'),
};

/** Describes a route by what it answers. It takes no query where it does not say which. */
export function describeRoute<T>(summary: string, answers: T) {
  const security: Record<string, string[]>[] = [{ token: [] }, { session: [] }];
  return { summary, security, querystring: z.strictObject({}), response: { ...REFUSALS, ...answers } };
}

/** An answer that is not JSON. */
export const asText = (description: string, ...types: readonly string[]) => ({
  description,
  content: Object.fromEntries(types.map((type) => [type, { schema: z.string() }])),
});

/** The id of a client in a path. */
export const clientParams = z.object({ id: z.string().min(1).max(64).describe('id of the client') });

/** How many things an answer has at most. */
export const limitOf = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);

/** How many things stand before the first that is answered. */
export const offset = z.coerce.number().int().min(0).max(1_000_000).default(0);

/** One or several values of a key of the query; undefined if it is not there. */
export const oneOrMore = <T extends z.ZodType<string, string>>(value: T) =>
  z
    .union([value, z.array(value).max(50)])
    .optional()
    .transform((given) => (given === undefined ? undefined : ([given].flat() as z.infer<T>[])));

/** Where the next page is. */
export const nextPage = z.string().nullable().describe('path and query of the next page; null if this is the last');

type QueryValue = string | number | readonly string[] | undefined;

/** A path of the API with a query; what is undefined is left out. */
export function linkTo(path: string, fields: Readonly<Record<string, QueryValue>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value ?? []].flat()) query.append(name, String(one));
  }
  return `${path}?${query.toString()}`;
}
