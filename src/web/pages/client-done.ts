import type { FastifyRequest } from 'fastify';
import { pathOf } from './read-client.js';

/** What a form that was sent just now came to. */
const DONE = {
  accepted: 'The finding is accepted. The next check no longer counts it.',
  'accepted-unfound': 'There is no such finding now. What you accepted applies if it appears.',
  'accepted-again': 'The finding is accepted. Something of the same was accepted before: any one of them is enough.',
  revoked: 'The acceptance has ended. What it accepted counts again.',
  unshared: 'The link is taken back: it leads nowhere from now on.',
  edited: 'The inventory is written.',
  handed: 'It is noted: the next report lists what changes from now on.',
  answered: 'The answers are stored.',
  unanswered: 'Nothing was stored, since no item was answered.',
} as const;

/** The address of a part of a client's page, which then says what a form came to. */
export function afterForm(id: string, done: keyof typeof DONE, part: string): string {
  return `${pathOf(id)}?done=${done}#${part}`;
}

/** What the form came to after which a page is shown; null if it is not. */
export function readDone(request: FastifyRequest): string | null {
  const { done } = request.query as { readonly done?: unknown };
  return Object.entries(DONE).find(([name]) => name === done)?.[1] ?? null;
}
