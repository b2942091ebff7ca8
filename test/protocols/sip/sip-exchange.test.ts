import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { MAX_SIP_BYTES } from '../../../src/model/vantage-api.js';
import {
  drawMediaPort,
  readContactUri,
  readExchangeMessage,
  readTo,
  renderExchangeAnswer,
  renderExchangeRequest,
  type SipMessage,
} from '../../../src/protocols/sip/sip-exchange.js';
import { createSipTag, findSipTag, splitSipStream } from '../../../src/protocols/sip/sip.js';
import { expectWithin, hostileBytes, mutated, pathological } from '../hostile.js';

const KEY = Buffer.alloc(32, 7);
const TAG = createSipTag(KEY);
const LOCAL = { address: '192.168.1.10', port: 50_000 };
const REMOTE = { address: '203.0.113.9', port: 5060 };
const SENDER = { transport: 'udp', local: LOCAL, userAgent: 'sallyport/1' } as const;

const invite = renderExchangeRequest({ ...SENDER, method: 'INVITE', remote: REMOTE, tag: TAG, mediaPort: 50_002 });
const read = (bytes: Buffer) => readExchangeMessage(bytes, KEY)!;
const answerTo = (request: SipMessage, status: 200 | 183 | 603 = 183, mediaPort: number | null = 50_004) =>
  renderExchangeAnswer({
    ...{ transport: 'udp', local: REMOTE, userAgent: 'sallyport/1', request, status, mediaPort },
    from: { address: '203.0.113.7', port: 61_000 },
  });

describe('tags', () => {
  test('are found in any text, with their key alone', () => {
    expect(findSipTag(TAG, KEY)).toBe(TAG);
    expect(findSipTag(`abc${TAG}@192.168.1.10`, KEY)).toBe(TAG);
    expect(findSipTag(TAG, randomBytes(32))).toBeUndefined();
    expect(findSipTag(createSipTag(randomBytes(32)), KEY)).toBeUndefined();
    expect(findSipTag('', KEY)).toBeUndefined();
    expect(createSipTag(KEY)).not.toBe(TAG);
  });

  test('are not found once a character of the id is another', () => {
    const at = fc.nat({ max: 15 });
    fc.assert(
      fc.property(at, fc.constantFrom(...'AZaz09-_'), (index, letter) => {
        const forged = TAG.slice(0, index) + letter + TAG.slice(index + 1);
        expect(findSipTag(forged, KEY)).toBe(forged === TAG ? TAG : undefined);
      }),
    );
  });
});

describe('requests', () => {
  test('tell our address wherever a phone system does', () => {
    const text = invite.toString('latin1');
    const id = TAG.slice(0, 16);
    expect(text.split('\r\n')).toEqual([
      'INVITE sip:sallyport@203.0.113.9:5060 SIP/2.0',
      `Via: SIP/2.0/UDP 192.168.1.10:50000;branch=z9hG4bK${id};rport`,
      'Max-Forwards: 70',
      `From: <sip:sallyport@192.168.1.10:50000>;tag=${id}`,
      'To: <sip:sallyport@203.0.113.9:5060>',
      `Call-ID: ${TAG}@192.168.1.10`,
      'CSeq: 1 INVITE',
      'Contact: <sip:sallyport@192.168.1.10:50000>',
      'Accept: application/sdp',
      'Allow: INVITE, ACK, OPTIONS',
      'User-Agent: sallyport/1',
      `X-Sallyport: ${TAG}`,
      'Content-Type: application/sdp',
      `Content-Length: ${text.split('\r\n\r\n')[1]!.length}`,
      '',
      'v=0',
      'o=sallyport 1 1 IN IP4 192.168.1.10',
      's=sallyport',
      'c=IN IP4 192.168.1.10',
      't=0 0',
      'm=audio 50002 RTP/AVP 0 8',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:8 PCMA/8000',
      'a=sendrecv',
      '',
    ]);
  });

  test('fit into one datagram and one TCP segment of an ordinary line', () => {
    expect(invite.length).toBeLessThan(1_300);
  });

  test('over TCP say so in Via and Contact; without a body say that', () => {
    const text = renderExchangeRequest({
      ...{ ...SENDER, transport: 'tcp', method: 'OPTIONS', remote: REMOTE, tag: TAG, mediaPort: null },
    }).toString('latin1');
    expect(text).toMatch(/^OPTIONS sip:sallyport@203\.0\.113\.9:5060;transport=tcp SIP\/2\.0\r\nVia: SIP\/2\.0\/TCP /);
    expect(text).toContain('Contact: <sip:sallyport@192.168.1.10:50000;transport=tcp>');
    expect(text).toMatch(/Content-Length: 0\r\n\r\n$/);
  });

  test('cannot be made to say more by what they are given', () => {
    const text = renderExchangeRequest({
      ...{ ...SENDER, userAgent: 'a\r\nX: 1', method: 'ACK', remote: REMOTE, tag: TAG, mediaPort: null },
      to: '<sip:x>\r\nY: 2',
    }).toString('latin1');
    expect(text).not.toMatch(/^(?:X|Y):/m);
  });

  test('write IPv6 as SDP and URIs want it', () => {
    const local = { address: 'fe80::1%eth0', port: 5060 };
    const text = renderExchangeRequest({
      ...{ ...SENDER, local, method: 'INVITE', remote: REMOTE, tag: TAG, mediaPort: 50_002 },
    }).toString('latin1');
    expect(text).toContain('c=IN IP6 fe80::1\r\n');
    expect(text).toContain('Contact: <sip:sallyport@[fe80::1]:5060>');
  });

  test('offer voice on an even port that no service has', () => {
    for (let i = 0; i < 100; i++) {
      const port = drawMediaPort();
      expect(port % 2).toBe(0);
      expect(port).toBeGreaterThanOrEqual(49_152);
      expect(port).toBeLessThan(65_536);
    }
  });
});

describe('answers', () => {
  test('tell from where the request came, and repeat the rest of it', () => {
    const text = answerTo(read(invite))!.toString('latin1');
    const id = TAG.slice(0, 16);
    expect(text.split('\r\n').slice(0, 11)).toEqual([
      'SIP/2.0 183 Session Progress',
      `Via: SIP/2.0/UDP 192.168.1.10:50000;branch=z9hG4bK${id};received=203.0.113.7;rport=61000`,
      `From: <sip:sallyport@192.168.1.10:50000>;tag=${id}`,
      `To: <sip:sallyport@203.0.113.9:5060>;tag=${id}`,
      `Call-ID: ${TAG}@192.168.1.10`,
      'CSeq: 1 INVITE',
      'Contact: <sip:sallyport@203.0.113.9:5060>',
      'User-Agent: sallyport/1',
      `X-Sallyport: ${TAG}`,
      'Content-Type: application/sdp',
      `Content-Length: ${text.split('\r\n\r\n')[1]!.length}`,
    ]);
    expect(text).toContain('c=IN IP4 203.0.113.9\r\n');
  });

  test('keep all Via lines, in their order', () => {
    const proxied = Buffer.from(invite.toString('latin1').replace('Via:', 'v: SIP/2.0/UDP 192.0.2.1;rport\r\nVia:'));
    const vias = answerTo(read(proxied), 603, null)!
      .toString('latin1')
      .match(/^Via: .*$/gm);
    expect(vias).toHaveLength(2);
    expect(vias?.[0]).toBe('Via: SIP/2.0/UDP 192.0.2.1;received=203.0.113.7;rport=61000');
    expect(vias?.[1]).toContain('192.168.1.10:50000');
  });

  test('are not given to what lacks a header, or would become too long', () => {
    for (const header of ['Via', 'From', 'To', 'Call-ID', 'CSeq']) {
      const without = Buffer.from(invite.toString('latin1').replace(new RegExp(`^${header}: .*\r\n`, 'm'), ''));
      expect(answerTo(read(without))).toBeUndefined();
    }
    const many = Buffer.from(
      invite.toString('latin1').replace('Via:', `${`Via: ${'x'.repeat(500)}\r\n`.repeat(9)}Via:`),
    );
    expect(answerTo(read(many))).toBeUndefined();
  });
});

describe('reading', () => {
  test('names requests by method and answers by status', () => {
    expect(read(invite).name).toBe('INVITE');
    expect(read(answerTo(read(invite), 200)!).name).toBe('200 OK');
    const odd = answerTo(read(invite))!.toString('latin1').replace('183 Session Progress', '183  \xff');
    expect(read(Buffer.from(odd, 'latin1')).name).toBe('183 Session Progress');
    expect(read(Buffer.from(odd.replace('183', '499'), 'latin1')).name).toBe('499');
  });

  test('needs one of the two tags', () => {
    const text = invite.toString('latin1');
    const noCallId = text.replace(/^Call-ID: .*$/m, 'Call-ID: 1');
    const noHeader = text.replace(/^X-Sallyport: .*\r\n/m, '');
    expect(readExchangeMessage(Buffer.from(noCallId), KEY)).toMatchObject({ name: 'INVITE', tag: TAG });
    expect(readExchangeMessage(Buffer.from(noHeader), KEY)).toMatchObject({ name: 'INVITE', tag: TAG });
    expect(readExchangeMessage(Buffer.from(noHeader.replace(/^Call-ID: .*$/m, 'Call-ID: 1')), KEY)).toBeUndefined();
    expect(readExchangeMessage(invite, randomBytes(32))).toBeUndefined();
  });

  test('finds the URI of a Contact, if it is one', () => {
    const contact = (value: string) => readContactUri({ startLine: '', headers: [{ name: 'm', value }], bodyStart: 0 });
    expect(contact('"A" <sip:a@203.0.113.7:61000;transport=tcp>;expires=1')).toBe(
      'sip:a@203.0.113.7:61000;transport=tcp',
    );
    for (const value of ['', 'sip:a@b', '<http://a>', '<sip:a b>', '<sip:a\xffb>', `<sip:${'a'.repeat(300)}>`]) {
      expect(contact(value)).toBeUndefined();
    }
  });

  test('never throws, and what it reads is bounded and can be answered within the limit', () => {
    const answer = answerTo(read(invite))!;
    const bytes = fc.oneof(hostileBytes(`INVITE a SIP/2.0\r\nCall-ID: ${TAG}\r\n`), mutated(invite), mutated(answer));
    fc.assert(
      fc.property(bytes, (hostile) => {
        const message = readExchangeMessage(hostile, KEY);
        if (!message) return;
        expect(message.name.length).toBeLessThanOrEqual(32);
        expect(message.name).toMatch(/^[ -~]+$/);
        readContactUri(message.head);
        readTo(message.head);
        expect(answerTo(message)?.length ?? 0).toBeLessThanOrEqual(MAX_SIP_BYTES);
      }),
    );
  });

  test.each(pathological([`A B SIP/2.0\r\nCall-ID: `, 'A ', 'SIP/2.0 200 OK\r\nm: <sip:']))(
    '%s is read in time',
    (_, make) => {
      const bytes = make();
      expectWithin(2_000, () => {
        const message = readExchangeMessage(bytes, KEY);
        if (message) readContactUri(message.head);
        splitSipStream(bytes.subarray(0, 65_536));
      });
    },
  );
});

describe('streams', () => {
  const answer = answerTo(read(invite))!;
  const decline = answerTo(read(invite), 603, null)!;

  test('are cut where messages begin', () => {
    const { whole, rest, restComplete } = splitSipStream(Buffer.concat([invite, answer, decline]));
    expect(whole).toEqual([invite, answer]);
    expect(rest).toEqual(decline);
    expect(restComplete).toBe(true);
  });

  test('are cut there whatever a length claims', () => {
    const longer = Buffer.from(answer.toString('latin1').replace('c=IN IP4 203.0.113.9', 'c=IN IP4 203.0.113.199'));
    expect(splitSipStream(Buffer.concat([longer, decline])).whole).toEqual([longer]);
  });

  test('lose nothing, wherever they are cut', () => {
    const whole = Buffer.concat([invite, answer, decline]);
    fc.assert(
      fc.property(fc.nat({ max: whole.length }), mutated(whole), (at, bytes) => {
        const pieces = splitSipStream(bytes);
        expect(Buffer.concat([...pieces.whole, pieces.rest]).equals(bytes)).toBe(true);
        const part = splitSipStream(whole.subarray(0, at));
        expect([invite, answer, decline].slice(0, part.whole.length)).toEqual(part.whole);
      }),
    );
  });

  test('do not take a piece for the whole', () => {
    expect(splitSipStream(invite.subarray(0, 100)).restComplete).toBe(false);
    expect(splitSipStream(invite.subarray(0, invite.length - 1)).restComplete).toBe(false);
    expect(splitSipStream(Buffer.alloc(0))).toMatchObject({ whole: [], restComplete: false });
  });
});
