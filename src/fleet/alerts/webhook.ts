import { createHmac } from 'node:crypto';
import type { AlertPayload } from '../../model/alert-payload.js';
import type { SaidEvent, SaidMessage } from '../../model/alert.js';
import type { Channel } from './channel.js';
import { postHttp } from './http-post.js';

const MAX_EVENTS_BYTES = 1 << 20;

/** JSON for programs, signed: docs/alerts.md tells how to verify it. */
export const webhook: Channel<'webhook'> = {
  id: 'webhook',
  title: 'JSON to a program of your own, signed',
  send(message, { url, secret }, options) {
    const body = JSON.stringify(composePayload(message));
    const timestamp = String(Math.floor(options.now.getTime() / 1000));
    const headers = {
      'Content-Type': 'application/json',
      'X-Sallyport-Timestamp': timestamp,
      'X-Sallyport-Signature': `v1=${sign(`${timestamp}.${body}`, secret.reveal())}`,
      'Idempotency-Key': encodeURI(message.key),
    };
    return postHttp({ url: url.reveal(), headers, body, secrets: [url, secret], receipt: null }, options);
  },
};

/** What is posted: as many events as 1 MiB holds, and always one. */
function composePayload({ key, createdAt, events }: SaidMessage): AlertPayload {
  const told: SaidEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    bytes += Buffer.byteLength(JSON.stringify(event));
    if (told.length > 0 && bytes > MAX_EVENTS_BYTES) break;
    told.push(event);
  }
  return { schema: 'sallyport/alert@1', key, createdAt, events: told, omitted: events.length - told.length };
}

function sign(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}
