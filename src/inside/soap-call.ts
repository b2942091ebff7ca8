import { parseSoapAnswer, renderSoapCall, type SoapAnswer, type SoapCall } from '../protocols/soap.js';
import type { HttpDialogue } from './gateway-http.js';

/** Calls an action of a service and tells what came of it. */
export type SoapCaller = (call: SoapCall) => Promise<SoapAnswer>;

/** Calls go to one control URL; only its path and query are used. */
export function createCaller(dialogue: HttpDialogue, { pathname, search }: URL): SoapCaller {
  return async (call) => {
    const answer = await dialogue.request(`${pathname}${search}`, renderSoapCall(call));
    if ('problem' in answer) return answer;
    const parsed = parseSoapAnswer(answer.body, call.action);
    if (!('problem' in parsed)) return parsed;
    if (!answer.whole) return { problem: 'its answer broke off' };
    if (answer.status < 200 || answer.status > 299) return { problem: `it answered with HTTP status ${answer.status}` };
    return { problem: `its answer can not be used: ${parsed.problem}` };
  };
}

/** Says what an answer without results was: a part of a sentence. */
export function describeFailure(answer: Exclude<SoapAnswer, { readonly results: unknown }>): string {
  if ('problem' in answer) return answer.problem;
  const { code, description } = answer.fault;
  return `it answered with ${code === null ? 'an error' : `error ${code}`}${description ? ` (${description})` : ''}`;
}
