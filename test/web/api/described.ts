import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Answer } from '../../vantage/run-app.js';

interface Content {
  readonly schema: object;
}
interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>;
}

/** An OpenAPI document, and what it says of answers. */
export interface Document {
  readonly json: Record<string, unknown>;
  /** Such as `get /api/v1/clients/{id}`. */
  readonly routes: readonly string[];
  statusesOf(route: string): readonly number[];
  /** How an answer differs from what is declared; nothing if it does not. */
  complainOf(route: string, answer: Answer): readonly string[];
}

/** Reads an OpenAPI document whose schemas stand where they are needed. */
export function readDocument(text: string): Document {
  const json = JSON.parse(text) as Record<string, unknown>;
  const paths = json['paths'] as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  const operations = new Map<string, Operation>(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation] as const),
    ),
  );
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true, date: true, uuid: true } });
  return {
    json,
    routes: [...operations.keys()],
    statusesOf: (route) => Object.keys(operations.get(route)?.responses ?? {}).map(Number),
    complainOf: (route, { status, headers, text: body }) => {
      const declared = operations.get(route)?.responses[status];
      if (!declared) return [`${route} does not declare ${status}: ${body}`];
      const type = headers['content-type']?.split(';')[0];
      if (!declared.content) return body === '' ? [] : [`${route} ${status} has a body: ${body}`];
      const schema = declared.content[type ?? '']?.schema;
      if (!schema) return [`${route} ${status} does not declare the type ${type}`];
      const validate = ajv.compile(schema);
      if (validate(type === 'application/json' ? (JSON.parse(body) as unknown) : body)) return [];
      return (validate.errors ?? []).map(
        ({ instancePath, message }) => `${route} ${status} ${instancePath} ${message}`,
      );
    },
  };
}
