import { basename } from 'node:path';
import * as z from 'zod';
import type { InventoryFormat } from '../../files/clients/inventory.js';
import { readGivenInventory, readInventoryText, replaceInventory } from '../../files/clients/replace-inventory.js';
import { InputError } from '../../files/text/input-error.js';
import { listRoster } from '../../fleet/sweep/roster.js';
import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';
import { hidePaths } from '../kit/hide-paths.js';
import type { PageContext } from '../serve-context.js';
import { asText, BODY, BUSY, describeRoute, errorSchema } from './describe.js';

const PATH = '/api/v1/inventory';

/** Content types by format; the first is what we answer with. */
const TYPES: Readonly<Record<InventoryFormat, readonly [string, ...string[]]>> = {
  yaml: ['application/yaml', 'application/x-yaml', 'text/yaml'],
  csv: ['text/csv'],
};

const mistakeSchema = z.object({
  file: z.string().nullable(),
  line: z.int().nullable(),
  column: z.int().nullable(),
  key: z.string().nullable().describe('such as clients.acme.address[0], or a column of CSV'),
  message: z.string(),
});

const resultSchema = z.object({
  clients: z.int(),
  added: z.int(),
  dropped: z.array(z.string()).describe('ids that are in it no longer'),
  notes: z.array(z.string()).describe('how it was understood where it is not written as it should be'),
  isWritten: z.boolean().describe('false after a dry run'),
});

const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

/** Adds the inventory: read as it is, and replaced as a whole. */
export function addInventory(parent: ServerApp, { files, store }: PageContext): void {
  void parent.register((api: ServerApp, _options, done) => {
    api.removeAllContentTypeParsers();
    api.addContentTypeParser('*', (_request, _body, taken) =>
      taken(new Refusal(415, 'malformed', `the body must be ${TYPES.yaml[0]} or ${TYPES.csv[0]}`)),
    );
    for (const type of Object.values(TYPES).flat())
      api.addContentTypeParser(type, { parseAs: 'string' }, (_request, body, taken) => taken(null, body));

    const read = describeRoute('The inventory as it is written, with an ETag', {
      200: asText('As the file is written', TYPES.yaml[0], TYPES.csv[0]),
    });
    api.get(PATH, { schema: read }, async (_request, reply) => {
      const { text, format, digest } = await readInventoryText(files.inventory);
      return reply.header('etag', `"${digest}"`).type(`${TYPES[format][0]}; charset=utf-8`).send(text.toString());
    });

    const write = {
      ...describeRoute('Puts a whole inventory, YAML or CSV, in the place of the one there is (admin)', {
        200: resultSchema,
        400: z.object({ error: z.string(), mistakes: z.array(mistakeSchema).optional() }),
        409: errorSchema.describe(
          'It would drop more than half of the clients, or the file cannot be written now, as someone else is writing it',
        ),
        412: errorSchema.describe('It was changed since it was read (If-Match)'),
        ...BUSY,
        ...BODY,
      }),
      consumes: Object.values(TYPES).flat(),
      querystring: z.strictObject({
        'dry-run': flag.describe('true: tells what would be, and changes nothing'),
        force: flag.describe('true: more than half of the clients may be dropped'),
      }),
      body: z.string().describe('the whole inventory'),
    };
    api.post(PATH, { schema: write, config: { needs: 'admin' } }, async (request, reply) => {
      const { 'dry-run': isDry, force } = request.query;
      const given = { text: request.body, format: formatOf(request.headers['content-type']), ignore: files.ignore };
      const inventory = await readGivenInventory(files.inventory, given).catch((error: unknown) => {
        if (error instanceof InputError) return error;
        throw error;
      });
      if (inventory instanceof InputError)
        return reply.code(400).send({
          error: hidePaths(inventory.message, [files.inventory]),
          mistakes: inventory.parts.map((one) => describeMistake(one, files.inventory)),
        });
      const now = new Set((await files.read()).inventory.clients.map(({ id }) => id));
      const then = new Set(inventory.clients.map(({ id }) => id));
      const dropped = [...now].filter((id) => !then.has(id));
      if (dropped.length > now.size / 2 && !force)
        throw new Refusal(
          409,
          'conflict',
          `${dropped.length} of ${now.size} clients would be dropped: force=true does it all the same`,
        );
      const isExpected = readCondition(request.headers['if-match']);
      const result = { clients: then.size, added: [...then].filter((id) => !now.has(id)).length, dropped };
      const notes = [...inventory.notes];
      if (isDry) {
        if (!isExpected((await readInventoryText(files.inventory)).digest)) throw changed();
        return { ...result, notes, isWritten: false };
      }
      const digest = await replaceInventory(files.inventory, given, inventory, isExpected).catch((error: unknown) => {
        // What was given is right: it is the file that cannot be had.
        throw error instanceof InputError ? new Refusal(409, 'conflict', error.message) : error;
      });
      if (digest === null) throw changed();
      // What is new is listed as not checked until it is.
      await store.putRoster(files.inventory, listRoster(inventory.clients));
      return reply.header('etag', `"${digest}"`).send({ ...result, notes, isWritten: true });
    });
    done();
  });
}

const changed = (): Refusal =>
  new Refusal(412, 'conflict', 'the inventory was changed since you read it: read it again');

function formatOf(type = ''): InventoryFormat {
  return type.includes('csv') ? 'csv' : 'yaml';
}

/** What If-Match says (RFC 9110 §13.1.1). */
function readCondition(header: string | undefined): (digest: string) => boolean {
  if (header === undefined || header.trim() === '*') return () => true;
  const tags = header.split(',').map((tag) => tag.trim());
  return (digest) => tags.includes(`"${digest}"`);
}

function describeMistake({ place, problem }: InputError, inventory: string): z.infer<typeof mistakeSchema> {
  const { file = null, line = null, column = null, key = null } = place;
  return { file: file && basename(file), line, column, key, message: hidePaths(problem, [inventory]) };
}
