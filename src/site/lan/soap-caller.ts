import { parseSoapAnswer, renderSoapCall, type SoapAnswer, type SoapCall } from '../../protocols/upnp/soap.js';
import type { HttpDialogue } from './gateway-http.js';

/** What came of a call; where it has no form, with the status of HTTP, or null if nothing came that is HTTP. */
export type CallAnswer =
  Exclude<SoapAnswer, { readonly problem: string }> | { readonly problem: string; readonly status: number | null };

/** Calls an action of a service and tells what came of it. */
export type SoapCaller = (call: SoapCall) => Promise<CallAnswer>;

/** Calls go to one control URL, of which only path and query are used. */
export function createCaller(dialogue: HttpDialogue, path: string): SoapCaller {
  return async (call) => {
    const answer = await dialogue.request(path, renderSoapCall(call));
    if ('problem' in answer) return { ...answer, status: null };
    const { status } = answer;
    const parsed = parseSoapAnswer(answer.body, call.action);
    if ('results' in parsed || ('fault' in parsed && !PASSWORD.includes(status))) return parsed;
    if (!answer.whole) return { problem: 'its answer was cut off', status };
    if (status < 200 || status > 299) return { problem: `it answered with HTTP status ${status}`, status };
    return { problem: `its answer cannot be used: ${'problem' in parsed ? parsed.problem : 'an error'}`, status };
  };
}

const PASSWORD: readonly number[] = [401, 403];
/** "Action not authorized" (UPnP Device Architecture 2.0 §3.2.5). */
const NOT_AUTHORIZED = 606;

/** Whether a call was answered that a password is needed: by the status of HTTP, or by the error of UPnP that says so. */
export function needsPassword(answer: CallAnswer): boolean {
  if ('fault' in answer) return answer.fault.code === NOT_AUTHORIZED;
  return 'problem' in answer && answer.status !== null && PASSWORD.includes(answer.status);
}

/** Says what an answer without results was: a part of a sentence. */
export function describeFailure(answer: Exclude<CallAnswer, { readonly results: unknown }>): string {
  if ('problem' in answer) return answer.problem;
  const { code, description } = answer.fault;
  return `it answered with ${code === null ? 'an error' : `error ${code}`}${description ? ` (${description})` : ''}`;
}
