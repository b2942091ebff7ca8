import type { Severity } from '../../model/severity.js';
import { forHeader, forTerminal } from '../../words/escape.js';
import type { Channel } from './channel.js';
import { postHttp, type Receipt } from './http-post.js';
import { renderMessage, type MessageText } from './render-message.js';

/** Of more than 4,096 bytes ntfy makes an attachment. */
const MAX_BYTES = 4000;

/** ntfy's priorities, of which 5 is the highest, and its names of pictures. */
const MARKS: Readonly<Record<Severity, { readonly priority: string; readonly tag: string }>> = {
  critical: { priority: '5', tag: 'rotating_light' },
  high: { priority: '4', tag: 'warning' },
  medium: { priority: '3', tag: 'warning' },
  low: { priority: '2', tag: 'information_source' },
  info: { priority: '2', tag: 'information_source' },
};

/** ntfy answers with the message as JSON, under the id that it gave it; its errors, and others', may have ids as well. */
const RECEIPT: Receipt = { service: 'ntfy', judge: ({ text }) => (isMessage(text) ? 'delivered' : 'rejected') };

function isMessage(text: string): boolean {
  try {
    const { id, event = 'message', error, success = true } = (JSON.parse(text) ?? {}) as Record<string, unknown>;
    return typeof id === 'string' && id !== '' && event === 'message' && !error && success === true;
  } catch {
    return false;
  }
}

/** A push message by an ntfy server. */
export const ntfy: Channel<'ntfy'> = {
  id: 'ntfy',
  title: 'ntfy, for telephones',
  send(message, { server, topic, token }, options) {
    const text = renderMessage(message);
    const { priority, tag } = MARKS[text.severity];
    const headers = {
      'Content-Type': 'text/plain; charset=utf-8',
      Title: forHeader(text.title),
      Priority: priority,
      Tags: `${text.goodNews ? 'white_check_mark' : tag},sallyport`,
      ...(token && { Authorization: `Bearer ${token.reveal()}` }),
    };
    const url = `${server.replace(/\/+$/, '')}/${topic.reveal()}`;
    const secrets = token ? [topic, token] : [topic];
    return postHttp({ url, headers, body: composeBody(text), secrets, receipt: RECEIPT }, options);
  },
};

function composeBody({ sections, command }: MessageText): string {
  const lines = sections.flatMap(({ heading, lines }) => [heading, ...lines.map((line) => `- ${line}`)]);
  const end = command === null ? [] : [`Next: ${forTerminal(command)}`];
  const told: string[] = [];
  let bytes = Buffer.byteLength(end.join('\n')) + 8;
  for (const line of lines.map(forTerminal)) {
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > MAX_BYTES) {
      told.push('…');
      break;
    }
    told.push(line);
  }
  return [...told, ...end].join('\n');
}
