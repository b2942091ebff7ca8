import { basename } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { editEntry, type EditableEntry, readEntry } from '../../files/clients/edit-inventory.js';
import { InputError } from '../../files/text/input-error.js';
import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';
import { goTo, sendPage } from '../kit/answer.js';
import { Field, Notice } from '../kit/elements.js';
import { hidePaths } from '../kit/hide-paths.js';
import type { PageContext } from '../serve-context.js';
import { afterForm } from './client-done.js';
import { pathOf, readId } from './read-client.js';

/** Cells of a row, or the lines of an entry, are far fewer. */
const MAX_PART = 262_144;

/** The parts of an entry are called `part-0`, `part-1` and so on. */
const editSchema = z.object({ version: z.string().regex(/^[0-9a-f]{64}$/) }).catchall(z.string().max(MAX_PART));

/** Adds the page on which the inventory's entry of a client is edited. */
export function addClientEdit(app: ServerApp, context: PageContext): void {
  const { files } = context;
  const admin = { config: { needs: 'admin' } } as const;

  app.get('/clients/:id/edit', { ...admin, schema: { hide: true } }, async (request, reply) => {
    const entry = await findEditable(context, readId(request));
    return sendForm(reply, context, request, { entry });
  });

  app.post('/clients/:id/edit', { ...admin, schema: { hide: true, body: editSchema } }, async (request, reply) => {
    const id = readId(request);
    const before = await findEditable(context, id);
    const { version, ...given } = request.body;
    const values = before.parts.map(({ value }, at) => given[`part-${at}`]?.replaceAll('\r\n', '\n') ?? value);
    try {
      const outcome = await editEntry(files.inventory, { id, version, values }, files.ignore);
      if (outcome.kind === 'done') return goTo(reply, afterForm(id, 'edited', 'main'));
      if (!outcome.now) throw await describeAbsent(context, id);
      return await sendForm(reply, context, request, { entry: outcome.now, given: values, isConflict: true }, 409);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const entry = { ...before, version };
      return await sendForm(reply, context, request, { entry, given: values, problem: error }, 400);
    }
  });
}

async function findEditable(context: PageContext, id: string): Promise<EditableEntry> {
  const entry = await readEntry(context.files.inventory, id);
  if (!entry) throw await describeAbsent(context, id);
  return entry;
}

async function describeAbsent({ files }: PageContext, id: string): Promise<Refusal> {
  const { inventory } = await files.read();
  const words = inventory.clients.some((client) => client.id === id)
    ? 'the file cannot be read at the moment: it was changed, and has a mistake'
    : 'the inventory does not have this client';
  return new Refusal(404, 'not-found', words);
}

/** What is shown to someone who edits an entry. */
interface Editing {
  /** As it is in the file. */
  readonly entry: EditableEntry;
  /** What they want instead, part by part. */
  readonly given?: readonly string[];
  /** Why that is not possible. */
  readonly problem?: InputError;
  /** Whether someone else changed the entry since they began. */
  readonly isConflict?: boolean;
}

function sendForm(
  reply: FastifyReply,
  { draw, files }: PageContext,
  request: FastifyRequest,
  { entry, given, problem, isConflict = false }: Editing,
  status = 200,
) {
  const id = readId(request);
  const { format, parts, line, version } = entry;
  const isYaml = format === 'yaml';
  const children = (
    <>
      <p class="made">
        {basename(files.inventory)}, from line {line}
      </p>
      {problem !== undefined && (
        <Notice tone="bad">
          <strong>Nothing was written.</strong>
          <ul>
            {hidePaths(problem.message, [files.inventory])
              .split('\n')
              .map((one) => (
                <li key={one}>{one}</li>
              ))}
          </ul>
        </Notice>
      )}
      {isConflict && (
        <>
          <Notice tone="bad">
            <strong>Nothing was written:</strong> someone changed this entry after you began. Below is what the file
            says now, then what you wrote. Put together what is right, and write it.
          </Notice>
          <h2>In the file now</h2>
          <div class="scroll" tabIndex={0} role="region" aria-label="In the file now">
            <pre>{isYaml ? parts[0]?.value : parts.map(({ label, value }) => `${label}: ${value}`).join('\n')}</pre>
          </div>
          <h2>What you wrote</h2>
        </>
      )}
      <form method="post" action={`${pathOf(id)}/edit`}>
        <input type="hidden" name="version" value={version} />
        {parts.map(({ label, value }, at) => {
          const name = `part-${at}`;
          const text = given?.[at] ?? value;
          const wrong = problem?.parts.find(({ place }) => !isYaml && place.key === label.toLowerCase())?.problem;
          const marks = wrong === undefined ? {} : { 'aria-invalid': true, 'aria-describedby': `${name}-error` };
          return (
            <Field key={name} id={name} label={label === '' ? 'Without a name' : label} error={wrong}>
              {isYaml || text.includes('\n') ? (
                // A browser takes the first line feed away.
                <textarea
                  id={name}
                  name={name}
                  rows={Math.min(30, text.split('\n').length + 3)}
                  spellcheck={false}
                >{`\n${text}`}</textarea>
              ) : (
                <input id={name} name={name} value={text} spellcheck={false} {...marks} />
              )}
            </Field>
          );
        })}
        <p class="hint">
          The whole inventory is checked before it is written. Other entries and comments stay as they are.
        </p>
        <p class="row">
          <button>Write</button>
          <a class="button quiet" href={pathOf(id)}>
            Cancel
          </a>
        </p>
      </form>
    </>
  );
  return sendPage(reply, draw(request, { title: `Edit ${id}`, children }), status);
}
