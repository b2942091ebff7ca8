import { MAX_HEAD_BYTES } from './headers.js';
import { allowsAnother, readBody, readResponse } from './http-response.js';

/** An answer that is wanted with its whole body. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** Whether its end was seen by its length or its last chunk. */
  readonly ended: boolean;
  /** Whether it tells where it ends; one that does not ends with its connection. */
  readonly delimited: boolean;
  /** Whether the same connection may carry another request. */
  readonly staysOpen: boolean;
}

/**
 * Whether an answer needs no more bytes: its body has ended by its length or its last chunk, or its head has no end
 * within 16 KiB. Until then, and for bodies of unknown length, it goes on until the other side or the caller ends it.
 */
export function isHttpAnswered(bytes: Buffer, maxBody: number): boolean {
  const response = readResponse(bytes);
  if (response?.head.bodyStart === undefined) return bytes.length > MAX_HEAD_BYTES;
  return readBody(bytes, response, maxBody)?.end !== undefined;
}

/**
 * Parses an HTTP/1.x answer, as tolerant as `parseHttpResponse`, with up to `maxBody` bytes of its body. Undefined
 * where it is no HTTP or its head has no end. Total and linear.
 */
export function parseHttpAnswer(bytes: Buffer, maxBody: number): HttpAnswer | undefined {
  const response = readResponse(bytes);
  const body = response && readBody(bytes, response, maxBody);
  if (!response || !body) return undefined;
  return {
    status: response.status,
    body: Buffer.from(body.content, 'latin1'),
    ended: body.end !== undefined,
    delimited: body.delimited,
    staysOpen: allowsAnother(bytes, response, maxBody),
  };
}
