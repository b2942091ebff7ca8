import * as z from 'zod';
import { DEFAULT_CHECKLIST, loadChecklist } from '../../files/checklists/checklist.js';
import { InputError } from '../../files/text/input-error.js';
import { LONGEST, readAnswers } from '../../files/checklists/checklist-answers.js';
import { readChecklistState } from '../../fleet/handover/read-checklist.js';
import { type ChecklistAnswer, type ChecklistItem, type ChecklistState, ROLES } from '../../model/checklist.js';
import { CHECKLIST_MARKS, describeAnswer } from '../../reports/checklist-table.js';
import type { ServerApp } from '../../server/create-server.js';
import { goTo } from '../kit/answer.js';
import { Field, Table } from '../kit/elements.js';
import type { PageContext } from '../serve-context.js';
import { afterForm } from './client-done.js';
import { type ClientView, pathOf, readClient, readId } from './read-client.js';
import { readRefused, type RefusedForm, type RefuseForm } from './refused-form.js';

const answersSchema = z.object({ by: z.string().max(256), role: z.enum(ROLES) }).catchall(z.string().max(1_024));

const ANSWER_WORDS: Readonly<Record<ChecklistAnswer, string>> = {
  yes: 'Yes',
  no: 'No',
  'not-applicable': 'Does not apply',
  unknown: 'Not known',
};

/** Adds what stores answers to the checklist of a client. */
export function addClientChecklist(app: ServerApp, context: PageContext, refuse: RefuseForm): void {
  app.post(
    '/clients/:id/checklist',
    { schema: { hide: true, body: answersSchema }, config: { needs: 'operator' } },
    async (request, reply) => {
      const { id } = await readClient(context, readId(request));
      const checklist = await loadChecklist(DEFAULT_CHECKLIST);
      const { by, role, ...fields } = request.body;
      const given = checklist.items.flatMap((item) => {
        const answer = fields[`answer-${item.id}`];
        return answer ? [[item.id, { answer, note: fields[`note-${item.id}`] ?? '' }] as const] : [];
      });
      try {
        const answers = readAnswers(checklist, given, { clientId: id, by, role, now: context.now() });
        if (answers.length > 0) await context.store.addAnswers(answers);
        return goTo(reply, afterForm(id, answers.length > 0 ? 'answered' : 'unanswered', 'checklist'));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        return await refuse(request, reply, { part: 'checklist', values: request.body, error });
      }
    },
  );
}

/**
 * The part of a client's page of its checklist.
 * @param answerer the name to begin with of who may answer; null if they may not
 */
export async function readChecklistPart(
  { store, now }: PageContext,
  view: ClientView,
  answerer: string | null,
  refused: RefusedForm | null,
) {
  const checklist = await loadChecklist(DEFAULT_CHECKLIST);
  const state = await readChecklistState(store, checklist, view.id, now());
  const rows = state.items.map((item) => [
    item.title,
    CHECKLIST_MARKS[item.state].label,
    item.at === null ? '' : describeAnswer(item),
  ]);
  const asked = checklist.items.filter(({ measuredBy }) => measuredBy === null);
  return (
    <section id="checklist" aria-labelledby="checklist-title">
      <h2 id="checklist-title">Checklist</h2>
      <div data-part="checklist">
        <p>{countStates(state)}</p>
        <details>
          <summary>{checklist.title}</summary>
          <Table caption={checklist.title} columns={['Item', 'State', 'By whom and when']} rows={rows} empty="" />
        </details>
      </div>
      {answerer !== null && (
        <details open={refused?.part === 'checklist'}>
          <summary>Fill in</summary>
          <ChecklistForm view={view} items={asked} answerer={answerer} refused={refused} />
        </details>
      )}
    </section>
  );
}

function countStates({ items }: ChecklistState): string {
  const asked = items.filter(({ state }) => state !== 'measured');
  const done = asked.filter(({ state }) => state === 'attested' || state === 'not-applicable');
  const refused = asked.filter(({ state }) => state === 'refused');
  const notDone = refused.length > 0 ? `, ${refused.length} not done` : '';
  return `${done.length} of ${asked.length} attested${notDone}.`;
}

function ChecklistForm({
  view,
  items,
  answerer,
  refused,
}: {
  readonly view: ClientView;
  readonly items: readonly ChecklistItem[];
  readonly answerer: string;
  readonly refused: RefusedForm | null;
}) {
  const { values, problemOf, marksOf } = readRefused('checklist', refused);
  return (
    <form method="post" action={`${pathOf(view.id)}/checklist`}>
      <p class="hint">What you leave at “No answer now” stays as it is.</p>
      <Field id="answer-by" label="Who answers" error={problemOf('by')}>
        <input
          id="answer-by"
          name="by"
          required
          maxLength={LONGEST.by}
          value={values['by'] ?? answerer}
          autocomplete="name"
          {...marksOf('by', 'answer-by')}
        />
      </Field>
      <Field id="answer-role" label="As">
        <select id="answer-role" name="role">
          {ROLES.map((role) => (
            <option key={role} value={role} selected={role === values['role']}>
              {role}
            </option>
          ))}
        </select>
      </Field>
      {items.map((item) => (
        <fieldset key={item.id}>
          <legend>{item.title}</legend>
          <p>{item.rule}</p>
          <p class="hint">
            {item.programs.length > 0 && `NEC ${item.programs.join(', ')}. `}Confirmed by {item.attestedBy.join(' or ')}
            .
          </p>
          <div class="row">
            <Field id={`answer-${item.id}`} label="Is this the case?" error={problemOf(item.id)}>
              <select id={`answer-${item.id}`} name={`answer-${item.id}`} {...marksOf(item.id, `answer-${item.id}`)}>
                <option value="">No answer now</option>
                {Object.entries(ANSWER_WORDS).map(([value, word]) => (
                  <option key={value} value={value} selected={value === values[`answer-${item.id}`]}>
                    {word}
                  </option>
                ))}
              </select>
            </Field>
            <Field id={`note-${item.id}`} label="Note">
              <input
                id={`note-${item.id}`}
                name={`note-${item.id}`}
                maxLength={LONGEST.note}
                value={values[`note-${item.id}`]}
              />
            </Field>
          </div>
        </fieldset>
      ))}
      <p>
        <button>Store the answers</button>
      </p>
    </form>
  );
}
