import { dirname, isAbsolute, join, resolve } from 'node:path';
import * as z from 'zod';
import { findShipped, isFile, isShipped } from '../shipped.js';
import { anyText, checkSchema } from '../text/check-schema.js';
import { InputError, throwErrors } from '../text/input-error.js';
import { refuseNetwork } from '../text/network.js';
import { parsePortRange } from '../text/ports.js';
import { type KeyPath, problemAt, readYaml, type YamlDocument } from '../text/yaml-document.js';
import { type EndpointId, parseEndpointId, type Transport } from '../../model/endpoint.js';
import { ACCESSES, OUTSIDER } from '../../model/profile.js';
import { idSchema } from '../../model/text.js';
import { quoteInput } from '../../words/input.js';

/** Longest chain of profiles that extend each other. */
const MAX_CHAIN = 16;

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
      .describe('networks and addresses of the source; empty if they are not known'),
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
      .describe('where the service is at this site; replaces the inherited endpoints'),
    from: z
      .record(idSchema, accessSchema)
      .optional()
      .describe('access for each source; "outsider" is everyone else, and applies to sources that are not listed'),
  })
  .describe('a service and who may reach it');

/** A service that always answers. */
export const aliveSchema = anyText
  .refine((text) => parseEndpointId(text)?.transport === 'tcp', 'must be a TCP endpoint such as tcp/443')
  .describe(
    'a TCP endpoint of the site that always answers: while it does not, silence proves nothing',
  ) as unknown as z.ZodType<EndpointId>;

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
    alive: aliveSchema.optional(),
  })
  .describe('What may, must and must not be reachable on the public address of a site, and from where');

/** A profile file after it was read, before `extends` is followed. */
export type ProfileFile = z.infer<typeof profileFileSchema>;

/** One profile file in a chain of `extends`. */
export interface ProfileLayer {
  readonly document: YamlDocument;
  readonly data: ProfileFile;
  /** Endpoints of the services that list any, ranges expanded. */
  readonly endpoints: ReadonlyMap<string, readonly PlacedEndpoint[]>;
  /** Whether it comes with the package. */
  readonly builtIn: boolean;
}

/** An endpoint and where the file lists it. */
interface PlacedEndpoint {
  readonly id: EndpointId;
  readonly path: KeyPath;
}

/**
 * Reads a profile and all that it extends, the root first.
 * @throws InputError for bad files, missing parents and cycles
 */
export async function readProfileChain(nameOrFile: string): Promise<ProfileLayer[]> {
  let layer = readProfileLayer(await readYaml(await findShipped('profile', nameOrFile)));
  const chain = [layer];
  const visited = [resolve(layer.document.file)];
  for (let parent = layer.data.extends; parent !== undefined; parent = layer.data.extends) {
    const { document } = layer;
    const file = await findParent(document, parent);
    if (visited.includes(resolve(file))) {
      throw problemAt(document, ['extends'], `${quoteInput(parent)} leads back to where it came from: a cycle`);
    }
    if (chain.length === MAX_CHAIN)
      throw problemAt(document, ['extends'], `more than ${MAX_CHAIN} profiles in a chain`);
    const read = await readYaml(file).catch((error: unknown) => {
      const unread = error instanceof InputError && error.place.file === file && error.place.line === undefined;
      throw unread ? problemAt(document, ['extends'], error.message) : error;
    });
    layer = readProfileLayer(read);
    chain.unshift(layer);
    visited.push(resolve(file));
  }
  return chain;
}

async function findParent(document: YamlDocument, parent: string): Promise<string> {
  if (isFile(parent)) return isAbsolute(parent) ? parent : join(dirname(document.file), parent);
  return findShipped('profile', parent).catch((error: unknown) => {
    throw error instanceof InputError ? problemAt(document, ['extends'], error.problem) : error;
  });
}

/**
 * Checks one profile file by itself: its format, ports and networks.
 * @throws InputError with a line for each problem
 */
export function readProfileLayer(document: YamlDocument): ProfileLayer {
  const data = checkSchema(document, profileFileSchema);
  const errors: InputError[] = [];
  const refuse = (path: KeyPath, problem: string) => errors.push(problemAt(document, path, problem));
  const endpoints = new Map(
    Object.entries(data.services).flatMap(([id, service]) =>
      service.endpoints ? [[id, expandEndpoints(['services', id, 'endpoints'], service.endpoints, refuse)]] : [],
    ),
  );
  checkSources(data, refuse);
  throwErrors(errors);
  return { document, data, endpoints, builtIn: isShipped('profile', document.file) };
}

type Refuse = (path: KeyPath, problem: string) => void;

function expandEndpoints(list: KeyPath, texts: readonly string[], refuse: Refuse): PlacedEndpoint[] {
  const found = new Map<EndpointId, PlacedEndpoint>();
  for (const [index, text] of texts.entries()) {
    const path = [...list, index];
    const [transport, ports] = text.split('/') as [Transport, string];
    try {
      const { first, last } = parsePortRange(ports, text);
      for (let port = first; port <= last; port++) {
        const id: EndpointId = `${transport}/${port}`;
        if (found.has(id)) {
          refuse(path, `${id} is listed twice`);
          break;
        }
        found.set(id, { id, path });
      }
    } catch (error) {
      refuse(path, (error as InputError).problem);
    }
  }
  return [...found.values()];
}

function checkSources(data: ProfileFile, refuse: Refuse): void {
  if (Object.hasOwn(data.sources, OUTSIDER)) {
    refuse(['sources', OUTSIDER], 'is built in: everyone who belongs to no other source');
  }
  for (const [id, { cidrs }] of Object.entries(data.sources)) {
    for (const [index, cidr] of cidrs.entries()) {
      const problem = refuseNetwork(cidr);
      if (problem) refuse(['sources', id, 'cidrs', index], problem);
    }
  }
}
