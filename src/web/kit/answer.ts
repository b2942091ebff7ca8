import type { FastifyReply } from 'fastify';
import { setPolicy } from './policy.js';

/** Answers with a page. */
export function sendPage(reply: FastifyReply, html: string, status = 200): FastifyReply {
  setPolicy(reply);
  return reply.code(status).type('text/html; charset=utf-8').send(html);
}

/** Sends the browser on after a form, to a path of ours: loading that again sends nothing twice. */
export function goTo(reply: FastifyReply, path: string): FastifyReply {
  setPolicy(reply);
  return reply.redirect(isOwnPath(path) ? path : '/', 303);
}

/** Whether this is a path on this server: not `//host`, nor what browsers read as that. */
export function isOwnPath(path: string): boolean {
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(path);
}
