import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sipComparisonSchema } from '../../../src/model/site.js';
import { compareSipMessages } from '../../../src/protocols/sip/compare-sip-messages.js';
import { renderExchangeRequest } from '../../../src/protocols/sip/sip-exchange.js';
import { createSipTag } from '../../../src/protocols/sip/sip.js';
import { expectWithin, hostileBytes, mutated, pathological } from '../hostile.js';

const INVITE = renderExchangeRequest({
  ...{ transport: 'udp', method: 'INVITE', userAgent: 'sallyport/1', mediaPort: 50_002 },
  local: { address: '192.168.1.10', port: 50_000 },
  remote: { address: '203.0.113.9', port: 5060 },
  tag: createSipTag(Buffer.alloc(32)),
});
const TEXT = INVITE.toString('latin1');
const bytes = (text: string) => Buffer.from(text, 'latin1');
const compare = (arrived: string, sent = TEXT) => compareSipMessages(bytes(sent), bytes(arrived));
const fields = (arrived: string, sent = TEXT) => compare(arrived, sent).map(({ field }) => field);

describe('compareSipMessages', () => {
  test('finds nothing in the same bytes', () => {
    expect(compare(TEXT)).toEqual([]);
  });

  test.each([
    ['request line', 'INVITE sip:sallyport@203.0.113.9:5060', 'INVITE sip:sallyport@10.0.0.9:5060'],
    ['Via', 'Via: SIP/2.0/UDP 192.168.1.10:50000', 'Via: SIP/2.0/UDP 203.0.113.7:61000'],
    ['From', 'From: <sip:sallyport@192.168.1.10', 'From: <sip:sallyport@203.0.113.7'],
    ['To', 'To: <sip:sallyport@203.0.113.9', 'To: <sip:sallyport@198.51.100.1'],
    ['Contact', 'Contact: <sip:sallyport@192.168.1.10:50000', 'Contact: <sip:sallyport@203.0.113.7:61000'],
    ['Call-ID', '@192.168.1.10\r\nCSeq', '@203.0.113.7\r\nCSeq'],
    ['Max-Forwards', 'Max-Forwards: 70', 'Max-Forwards: 69'],
    ['Content-Length', /Content-Length: \d+/, 'Content-Length: 1'],
    ['Content-Length', /Content-Length: \d+\r\n/, ''],
    ['Record-Route', 'Max-Forwards', 'Record-Route: <sip:192.168.1.1;lr>\r\nMax-Forwards'],
    ['X-Sallyport', /X-Sallyport: .*\r\n/, ''],
    ['X-Sallyport', 'X-Sallyport:', 'x-sallyport:'],
    ['Call-ID', 'Call-ID:', 'i:'],
    ['Accept', 'Accept: application/sdp', 'Accept:  application/sdp'],
    ['Allow', 'INVITE, ACK, OPTIONS', 'INVITE,\r\n ACK, OPTIONS'],
    ['o=', 'o=sallyport 1 1 IN IP4 192.168.1.10', 'o=sallyport 1 1 IN IP4 203.0.113.7'],
    ['c=', 'c=IN IP4 192.168.1.10', 'c=IN IP4 203.0.113.7'],
    ['m=', 'm=audio 50002', 'm=audio 61002'],
    ['a=', 'a=sendrecv', 'a=direction:active\r\na=sendrecv'],
    ['SDP order', 's=sallyport\r\nc=IN IP4 192.168.1.10', 'c=IN IP4 192.168.1.10\r\ns=sallyport'],
    ['header order', /(Max-Forwards: 70\r\n)(From: .*\r\n)/, '$2$1'],
    ['line ends', /\r\n/g, '\n'],
    ['other', /^/, '\r\n'],
    ['other', /a=sendrecv\r\n$/, 'a=sendrecv'],
  ])('names %s where only that differs', (field, what, instead) => {
    const arrived = TEXT.replace(what, instead);
    expect(arrived).not.toBe(TEXT);
    expect(fields(arrived)).toEqual([field]);
    expect(fields(TEXT, arrived)).toEqual([field]);
  });

  test('shows what was sent and what arrived', () => {
    expect(compare(TEXT.replace('c=IN IP4 192.168.1.10', 'c=IN IP4 203.0.113.7'))).toEqual([
      { field: 'c=', sent: 'IN IP4 192.168.1.10', arrived: 'IN IP4 203.0.113.7' },
    ]);
    expect(compare(TEXT.replace('Call-ID:', 'i:'))[0]).toMatchObject({ sent: /^Call-ID: .*/m.exec(TEXT)![0] });
    expect(compare(TEXT.replace(/\r\n/g, '\n'))).toEqual([{ field: 'line ends', sent: 'CRLF', arrived: 'LF' }]);
  });

  test('takes a Via on top for one that was added, not for another one', () => {
    const [only, ...others] = compare(TEXT.replace('Via: ', 'Via: SIP/2.0/UDP 192.168.1.1;branch=1\r\nVia: '));
    expect(others).toEqual([]);
    expect(only).toEqual({ field: 'Via', sent: '', arrived: 'SIP/2.0/UDP 192.168.1.1;branch=1' });
  });

  test('calls what is in no SDP body', () => {
    expect(fields('A b SIP/2.0\r\n\r\none', 'A b SIP/2.0\r\n\r\ntwo')).toEqual(['body']);
    const [whole] = compare(TEXT.slice(0, TEXT.indexOf('v=0')));
    expect(whole).toMatchObject({ field: 'body', arrived: '' });
  });

  test('shows the place where long bodies part', () => {
    const long = `A b SIP/2.0\r\n\r\n${'x'.repeat(2_000)}`;
    expect(compare(`${long}end`, long)).toEqual([
      { field: 'body', sent: 'x'.repeat(32), arrived: `${'x'.repeat(32)}end` },
    ]);
  });

  test('calls a message that was not sent altogether new', () => {
    expect(compareSipMessages(Buffer.alloc(0), INVITE)[0]).toMatchObject({ field: 'request line', sent: '' });
    expect(compareSipMessages(INVITE, Buffer.alloc(0))[0]).toMatchObject({ field: 'request line', arrived: '' });
  });

  test('finds a difference wherever there is one, and nothing else; never throws; stays within the bounds', () => {
    const hostile = fc.oneof(mutated(INVITE), hostileBytes('INVITE a SIP/2.0\r\n'), hostileBytes(''));
    const schema = sipComparisonSchema.shape.differences;
    fc.assert(
      fc.property(hostile, fc.oneof(hostile, fc.constant(INVITE)), (sent, arrived) => {
        const found = compareSipMessages(sent, arrived);
        expect(found.length === 0).toBe(sent.equals(arrived));
        expect(() => schema.parse(found)).not.toThrow();
        expect(found.filter(({ sent: before, arrived: after }) => before === after)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test.each(pathological(['A b SIP/2.0\r\n', 'A b SIP/2.0\r\n\r\nv=0\r\n']))('%s takes no long time', (_, make) => {
    const long = make();
    expectWithin(2_000, () => compareSipMessages(INVITE, long));
    expectWithin(2_000, () => compareSipMessages(long, INVITE));
  });
});
