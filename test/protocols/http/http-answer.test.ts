import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isHttpAnswered, parseHttpAnswer } from '../../../src/protocols/http/http-response.js';
import { renderHttpPost } from '../../../src/protocols/http/http.js';
import { expectWithin, hostileBytes, message, mutated, pathological } from '../hostile.js';

const MAX = 64 * 1024;
const body = 'b'.repeat(40_000);
const LONG = message('HTTP/1.1 200 OK', `Content-Length: ${body.length}`, '', body);
const CHUNKED = message('HTTP/1.1 500 X', 'Transfer-Encoding: chunked', '', '9c40', body, '0', '', '');
const OPEN = message('HTTP/1.0 200 OK', '', body);

describe('a whole body', () => {
  test.each([
    ['by its length', LONG, { status: 200, ended: true, delimited: true, staysOpen: true }],
    ['by its chunks', CHUNKED, { status: 500, ended: true, delimited: true, staysOpen: true }],
    ['until the end', OPEN, { status: 200, ended: false, delimited: false, staysOpen: false }],
  ])('%s', (_, bytes, expected) => {
    const { body: read, ...rest } = parseHttpAnswer(bytes, MAX)!;
    expect(rest).toEqual(expected);
    expect(read.toString('latin1')).toBe(body);
    expect(isHttpAnswered(bytes, MAX)).toBe(expected.ended);
    expect(isHttpAnswered(bytes.subarray(0, -1), MAX)).toBe(false);
  });

  test('keeps bytes as they are', () => {
    const bytes = Buffer.concat([
      message('HTTP/1.1 200 OK', 'Content-Length: 3', '', ''),
      Buffer.from([0, 0xff, 0xe4]),
    ]);
    expect([...parseHttpAnswer(bytes, MAX)!.body]).toEqual([0, 0xff, 0xe4]);
  });

  test('is bounded', () => {
    expect(parseHttpAnswer(LONG, 100)?.body).toHaveLength(100);
    expect(parseHttpAnswer(LONG, body.length - 1)?.ended).toBe(false);
    expect(parseHttpAnswer(LONG, body.length)?.ended).toBe(true);
    expect(parseHttpAnswer(CHUNKED, 100)).toMatchObject({ ended: false, staysOpen: false });
  });

  test('is not there before the head has ended, or without HTTP', () => {
    expect(parseHttpAnswer(message('HTTP/1.1 200 OK', 'A: b'), MAX)).toBeUndefined();
    expect(parseHttpAnswer(message('SSH-2.0-x', '', ''), MAX)).toBeUndefined();
    expect(isHttpAnswered(message('HTTP/1.1 200 OK', 'A: b'), MAX)).toBe(false);
    expect(isHttpAnswered(message(`HTTP/1.1 200 OK`, 'h'.repeat(17_000)), MAX)).toBe(true);
  });

  test('survives any bytes', () => {
    fc.assert(
      fc.property(fc.oneof(hostileBytes('HTTP/1.1 200 OK\r\n'), mutated(CHUNKED.subarray(0, 300))), (bytes) => {
        const answer = parseHttpAnswer(bytes, 64);
        if (answer) expect(answer.body.length).toBeLessThanOrEqual(64);
        isHttpAnswered(bytes, 64);
      }),
      { numRuns: 2000 },
    );
  });

  test.each(pathological(['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n']))('is linear: %s', (_, make) => {
    const bytes = make();
    expectWithin(5_000, () => void parseHttpAnswer(bytes, 1_000_000));
  });
});

test('a POST has its length, its fields and its body', () => {
  const request = { path: '/c?d', host: '192.168.1.1', port: 5000, userAgent: 'sallyport/1' };
  const text = renderHttpPost(request, [['SOAPAction', '"x#y"\r\nX: 1']], Buffer.from('<ü/>')).toString('utf8');
  expect(text).toMatch(/^POST \/c\?d HTTP\/1\.1\r\nHost: 192\.168\.1\.1:5000\r\n/);
  expect(text).toContain('\r\nSOAPAction: "x#y"X: 1\r\n');
  expect(text).toMatch(/\r\nContent-Length: 5\r\n(?:.+\r\n)*\r\n<ü\/>$/);
});
