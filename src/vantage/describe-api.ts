import { fastifySwagger } from '@fastify/swagger';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { REPORT_SCHEMA } from '../model/report.js';
import {
  failedEventSchema,
  proofEventSchema,
  sipMessageEventSchema,
  startedEventSchema,
} from '../model/vantage-api.js';
import type { ServerApp } from '../server/create-server.js';
import { VERSION } from '../version.js';

/** A report, whose schema is published by itself. */
export const reportDataSchema = z
  .looseObject({ schema: z.literal(REPORT_SCHEMA) })
  .describe('see schemas/report.schema.json of sallyport');

/** The data of the events of streams, by the name that the document gives them. */
const EVENTS = {
  Started: startedEventSchema,
  Report: reportDataSchema,
  Proof: proofEventSchema,
  SipMessage: sipMessageEventSchema,
  Failed: failedEventSchema,
};

/** Collects the routes that are added from now on into an OpenAPI document. */
export async function describeApi(app: ServerApp): Promise<void> {
  const schemas = Object.entries(EVENTS).map(([name, schema]) => {
    const { $schema: _, ...described } = z.toJSONSchema(schema);
    return [name, described] as const;
  });
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'sallyport vantage',
        version: VERSION,
        description:
          'Checks the address that the caller comes from, and no other. Streams are server-sent events: `started` ' +
          'first, then those of the request, `end` ({}) or `failed` last; comments keep the connection alive.',
      },
      components: {
        securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
        schemas: Object.fromEntries(schemas) as Record<string, object>,
      },
    },
    transform: jsonSchemaTransform,
  });
}

const errorSchema = z.object({ error: z.string().describe('what is wrong, in a sentence') });

/** What routes that need a token can answer besides what they are for. */
const REFUSALS = {
  400: errorSchema.describe('The request is not as described'),
  401: errorSchema.describe('No valid token'),
  403: errorSchema.describe('Not from this address'),
  429: errorSchema.describe('Too many requests; Retry-After says when to try again'),
} as const;

/** Describes a route that needs a token and takes no query. */
export function describeAnswer<T extends z.ZodType>(summary: string, answer: T) {
  return {
    ...{ summary, security: [{ token: [] }], querystring: z.strictObject({}) },
    response: { 200: answer, ...REFUSALS },
  };
}

/** Describes such a route that answers a body with a stream of events. */
export function describeStream<T extends z.ZodType>(summary: string, body: T, events: string) {
  return {
    ...{ summary, security: [{ token: [] }], querystring: z.strictObject({}), body },
    response: {
      200: { description: events, content: { 'text/event-stream': { schema: z.string() } } },
      ...REFUSALS,
      409: errorSchema.describe('The nonce was used before'),
      503: errorSchema.describe('Too much is running; Retry-After says when to try again'),
    },
  };
}
