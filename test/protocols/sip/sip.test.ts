import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sipEvidenceSchema } from '../../../src/model/evidence.js';
import {
  createSipIds,
  isSipComplete,
  parseSipResponse,
  readSipCallId,
  renderSipOptions,
} from '../../../src/protocols/sip/sip.js';
import { expectWithin, hostileBytes, message, mutated, pathological } from '../hostile.js';

const bytes = (text: string) => Buffer.from(text, 'latin1');
const ids = { branch: 'z9hG4bKb1', tag: 't1', callId: 'c1' };
const ANSWER = message(
  'SIP/2.0 200 OK',
  'Via: SIP/2.0/UDP 198.51.100.7:40000;branch=z9hG4bKb1;rport=40000',
  'From: <sip:sallyport@198.51.100.7:40000>;tag=t1',
  'To: <sip:192.0.2.1:5060>;tag=x',
  'Call-ID: c1',
  'CSeq: 1 OPTIONS',
  'Allow: INVITE,ACK',
  'Allow: OPTIONS',
  'Server: NEC-i SL Series 04.00/2.1',
  'Content-Type: application/sdp',
  'Content-Length: 4',
  '',
  'v=0\n',
);

describe('createSipIds', () => {
  test('makes fresh ids, the branch with the cookie of RFC 3261', () => {
    const all = Array.from({ length: 50 }, () => createSipIds());
    for (const { branch } of all) expect(branch).toMatch(/^z9hG4bK[0-9a-f-]{36}$/);
    expect(new Set(all.flatMap(({ branch, tag, callId }) => [branch, tag, callId])).size).toBe(150);
  });
});

describe('renderSipOptions', () => {
  const render = (transport: 'UDP' | 'TCP', target: string, local: string) =>
    renderSipOptions({
      transport,
      target: { address: target, port: 5070 },
      local: { address: local, port: 40000 },
      userAgent: 'sallyport/1\r\nX: 1',
      ids,
      cseq: 3,
    }).toString('latin1');

  test('over UDP', () => {
    expect(render('UDP', '192.0.2.1', '198.51.100.7').split('\r\n')).toEqual([
      'OPTIONS sip:192.0.2.1:5070 SIP/2.0',
      'Via: SIP/2.0/UDP 198.51.100.7:40000;branch=z9hG4bKb1;rport',
      'Max-Forwards: 70',
      'From: <sip:sallyport@198.51.100.7:40000>;tag=t1',
      'To: <sip:192.0.2.1:5070>',
      'Call-ID: c1',
      'CSeq: 3 OPTIONS',
      'Contact: <sip:sallyport@198.51.100.7:40000>',
      'Accept: application/sdp',
      'User-Agent: sallyport/1X: 1',
      'Content-Length: 0',
      '',
      '',
    ]);
  });

  test('over TCP and IPv6', () => {
    const text = render('TCP', '2001:db8::1', 'fe80::2%eth0');
    expect(text).toMatch(/^OPTIONS sip:\[2001:db8::1\]:5070;transport=tcp SIP\/2\.0\r\n/);
    expect(text).toContain('\r\nVia: SIP/2.0/TCP [fe80::2]:40000;branch=z9hG4bKb1;rport\r\n');
    expect(text).toContain('\r\nContact: <sip:sallyport@[fe80::2]:40000;transport=tcp>\r\n');
  });
});

describe('parseSipResponse', () => {
  test('reads an answer', () => {
    expect(parseSipResponse(ANSWER)).toEqual({
      evidence: {
        status: 200,
        phrase: 'OK',
        server: 'NEC-i SL Series 04.00/2.1',
        userAgent: null,
        contentType: 'application/sdp',
        allow: 'INVITE,ACK, OPTIONS',
        body: 'v=0\n',
      },
      callId: 'c1',
    });
  });

  test('takes compact names, folding, bare LF, lower case and a missing phrase', () => {
    const parsed = parseSipResponse(
      bytes('\r\nsip/2.0 403\ni: c2\nUSER-agent: NEC\n\tSL2100/2.1\nc : text/plain\nl:2\n\nabc'),
    );
    expect(parsed).toMatchObject({
      callId: 'c2',
      evidence: { status: 403, phrase: '', userAgent: 'NEC SL2100/2.1', contentType: 'text/plain', body: 'ab' },
    });
  });

  test('does without a Call-ID, an end of the head and a length', () => {
    expect(parseSipResponse(bytes('SIP/2.0 404 Not Found'))).toMatchObject({
      callId: null,
      evidence: { phrase: 'Not Found' },
    });
    expect(parseSipResponse(bytes('SIP/2.0 404 x\n\nrest'))).toMatchObject({ evidence: { body: 'rest' } });
  });

  test('cuts to the limits of the model', () => {
    const parsed = parseSipResponse(
      bytes(`SIP/2.0 200 ${'p'.repeat(999)}\nServer: ${'s'.repeat(999)}\ni: ${'c'.repeat(999)}\n\n${'b'.repeat(999)}`),
    );
    expect(parsed?.evidence.phrase).toHaveLength(256);
    expect(parsed?.evidence.server).toHaveLength(256);
    expect(parsed?.evidence.body).toHaveLength(512);
    expect(parsed?.callId).toHaveLength(256);
  });

  test.each([
    '',
    'SIP/2.0',
    'SIP/2.0 20 x',
    'SIP/2.0 2000 x',
    'SIP/2.1 200 OK',
    'OPTIONS sip:a SIP/2.0\n\n',
    'HTTP/1.1 200 OK\n\n',
    ' SIP/2.0 200 OK',
  ])('is undefined for %j', (text) => expect(parseSipResponse(bytes(text))).toBeUndefined());
});

describe('readSipCallId', () => {
  test('reads responses and requests alike', () => {
    expect(readSipCallId(ANSWER)).toBe('c1');
    expect(readSipCallId(bytes('OPTIONS sip:192.0.2.1 SIP/2.0\ni: c3\n\n'))).toBe('c3');
    const request = { address: '192.0.2.1', port: 5060 };
    expect(
      readSipCallId(
        renderSipOptions({ transport: 'UDP', target: request, local: request, userAgent: 'u', ids, cseq: 1 }),
      ),
    ).toBe('c1');
  });

  test('reads nothing else', () => {
    expect(readSipCallId(bytes('HTTP/1.1 200 OK\r\nCall-ID: c\r\n\r\n'))).toBeUndefined();
    expect(readSipCallId(bytes('SIP/2.0 200 OK\r\n\r\n'))).toBeUndefined();
  });
});

describe('isSipComplete', () => {
  test('with as much body as told, in long or compact form', () => {
    for (let cut = 0; cut < ANSWER.length; cut++) expect(isSipComplete(ANSWER.subarray(0, cut))).toBe(false);
    expect(isSipComplete(ANSWER)).toBe(true);
    expect(isSipComplete(bytes('SIP/2.0 200 OK\nl: 3\n\nab'))).toBe(false);
    expect(isSipComplete(bytes('SIP/2.0 200 OK\nl: 3\n\nabc'))).toBe(true);
  });

  test('at the end of the head without a length', () => {
    expect(isSipComplete(bytes('\r\n\r\nSIP/2.0 200 OK\n\n'))).toBe(true);
    expect(isSipComplete(bytes('\r\n\r\n'))).toBe(false);
  });

  test('never for other text, and always beyond 8 KiB', () => {
    expect(isSipComplete(bytes('HTTP/1.1 400 Bad\r\n\r\n'))).toBe(false);
    expect(isSipComplete(Buffer.alloc(8 * 1024, 'x'))).toBe(false);
    expect(isSipComplete(Buffer.alloc(8 * 1024 + 1, 'x'))).toBe(true);
    expect(isSipComplete(bytes(`SIP/2.0 200 OK\nl: 1000000000\n\n${'x'.repeat(8192)}`))).toBe(true);
  });
});

describe('hostile input', () => {
  const check = (input: Buffer) => {
    const parsed = parseSipResponse(input);
    if (parsed) sipEvidenceSchema.parse(parsed.evidence);
    expect(parsed?.callId?.length ?? 0).toBeLessThanOrEqual(256);
    expect(readSipCallId(input)?.length ?? 0).toBeLessThanOrEqual(256);
    isSipComplete(input);
  };

  test('any bytes', () => {
    fc.assert(fc.property(hostileBytes('SIP/2.0 200 OK\r\nServer: '), check), { numRuns: 1000 });
  });

  test('answers changed, repeated and cut off', () => {
    fc.assert(fc.property(mutated(ANSWER), check), { numRuns: 1000 });
  });

  test.each(pathological(['SIP/2.0 200 ', 'SIP/2.0 200 OK\r\n', 'SIP/2.0 200 OK\r\nl: 5\r\n\r\n']))(
    'is quick with %s …',
    (_, make) => {
      const input = make();
      expectWithin(2_000, () => check(input));
    },
  );
});
