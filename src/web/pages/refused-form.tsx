import type { FastifyReply, FastifyRequest } from 'fastify';
import type { InputError } from '../../files/text/input-error.js';
import { Notice } from '../kit/elements.js';

/** A form of a client's page that was refused, to be shown again as it was filled in. */
export interface RefusedForm {
  /** Id of the part of the page that it is in. */
  readonly part: 'waivers' | 'checklist' | 'invite';
  /** What was typed, by the names of the fields. */
  readonly values: Readonly<Record<string, string>>;
  /** What is wrong; a part whose key is the name of a field is about that one. */
  readonly error: InputError;
}

/** Answers a form with the page of its client, and the form in it as it was filled in. */
export type RefuseForm = (request: FastifyRequest, reply: FastifyReply, refused: RefusedForm) => Promise<FastifyReply>;

/** What was typed into a form of a part, if it was refused, and what is wrong with each field. */
export function readRefused(part: RefusedForm['part'], refused: RefusedForm | null) {
  const own = refused?.part === part ? refused : null;
  const problemOf = (field: string) => own?.error.parts.find(({ place }) => place.key === field)?.problem;
  return {
    isRefused: own !== null,
    values: own?.values ?? {},
    problemOf,
    /** What tells a browser, and who does not see it, that a field is wrong. */
    marksOf: (field: string, id: string, hint = '') => {
      const isWrong = problemOf(field) !== undefined;
      const about = [hint, isWrong ? `${id}-error` : ''].filter((one) => one !== '').join(' ');
      return {
        ...(isWrong && { 'aria-invalid': true, autofocus: true }),
        ...(about !== '' && { 'aria-describedby': about }),
      };
    },
  };
}

/** Says above a page that a form of it was refused, and why. */
export function RefusedNotice({ refused: { part, error } }: { readonly refused: RefusedForm }) {
  return (
    <Notice tone="bad">
      <strong>Nothing was stored.</strong> What you typed is still in <a href={`#${part}`}>the form</a>.
      <ul>
        {error.parts.map(({ problem }) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </Notice>
  );
}
