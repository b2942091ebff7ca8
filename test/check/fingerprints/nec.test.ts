import { describe, expect, test } from '@jest/globals';
import { parseNecProduct } from '../../../src/check/fingerprints/nec-sip.js';
import { identify } from '../../../src/check/fingerprints/registry.js';
import { parseHttpResponse } from '../../../src/protocols/http/http.js';
import { parseSipResponse } from '../../../src/protocols/sip/sip.js';
import { http, observe, sip } from './observations.js';

const who = (...given: Parameters<typeof observe>) => identify(observe(...given)).identity;

const FRONT = `<html><head><title>WebPro</title></head><frameset rows="80,*">
<frame name="banFrm" src='Banner.htm'/>
<frame name="mainFrm" src='Login.htm' /></frameset></html>`;
const LOGIN = '<table><tr><td><img src="Images/Login/SL1100.PNG" /><br />04.00.52</td></tr></table>';

describe('nec-webpro', () => {
  const answer = (server: string, body: string) =>
    parseHttpResponse(Buffer.from(`HTTP/1.1 200 OK\nServer: ${server}\nContent-Length: ${body.length}\n\n${body}`))!;

  test('a whole WebPro on a moved port, with model and version', () => {
    const identity = who({ http: answer('Henry/1.1', FRONT), login: answer('Henry/1.1', LOGIN) }, 'tcp/49152');
    expect(identity).toMatchObject({
      fingerprint: 'nec-webpro',
      kind: 'nec-webpro',
      label: 'NEC WebPro, SL1100, 04.00.52',
      model: 'SL1100',
      version: '04.00.52',
      confidence: 'certain',
    });
    expect(identity?.basis).toEqual([
      'HTTP Server "Henry/1.1"',
      'title "WebPro"',
      'frames banFrm and mainFrm with Banner.htm or Login.htm',
      'version "04.00.52" before the end of a table cell',
      'image path "Images/Login/SL1100.PNG"',
    ]);
  });

  test.each([
    ['the server alone', { server: 'Henry/1.1' }, 'possible'],
    ['the title alone', { title: 'WebPro' }, 'possible'],
    ['the frames alone', { body: FRONT.replace('WebPro', '') }, 'likely'],
    ['server and title', { server: 'Henry/2.0', title: 'webpro' }, 'certain'],
    ['title and frames of another server', { server: 'x', title: 'WebPro', body: FRONT }, 'certain'],
  ] as const)('%s', (_, parts, confidence) => {
    expect(who({ http: http(parts) })).toMatchObject({
      kind: 'nec-webpro',
      label: 'NEC WebPro family',
      model: null,
      confidence,
    });
  });

  test.each([
    [{ server: 'Henryk/1.1' }],
    [{ server: 'nginx', title: 'WebPro Hosting' }],
    [{ server: 'nginx', body: '<td>04.00.52</td> <img src="SL1100.PNG">' }],
    [{ server: 'nginx', body: '<frame name="mainFrm" src="Login.htm">' }],
  ])('not %j', (parts) => {
    expect(who({ http: http(parts) })?.kind).toBe('web-server');
  });

  test.each([
    ['<br />3.10.50</td>', '3.10.50'],
    ['<td>04.00.52 \n</TD>', '04.00.52'],
    ['<td>192.168.10.10</td>', null],
    ['<td>04.00.52</p>', null],
  ])('version in %j: %j', (body, version) => {
    expect(who({ http: http({ server: 'Henry/1.1' }), login: http({ body }) })?.version).toBe(version);
  });

  test.each([
    ['<img src="Images/SL2100_logo.png">', 'SL2100'],
    ["<img src='img/sv9100.gif'>", 'SV9100'],
    ['<td>SV8100<br />3.10.50</td>', 'SV8100'],
    ['<td>SL1100, SL2100<br />3.10.50</td>', null],
    ['<img src="SL1100.png"><img src="SL2100.png"><td>SL2100 3.10.50</td>', 'SL2100'],
    ['<p>works with the SL2100</p>', null],
    ['<img src="XSL2100Z.png">', null],
  ])('model in %j: %j', (body, model) => {
    expect(who({ http: http({ server: 'Henry/1.1' }), login: http({ body }) })?.model).toBe(model);
  });
});

describe('NEC product names', () => {
  test.each([
    ['NEC-i SL Series 04.00/2.1', 'SL Series', '04.00'],
    ['NEC SL2100/2.1', 'SL2100', null],
    ['NEC-i SV9100-NA 10.00/2.1', 'SV9100', '10.00'],
    ['NEC-i SV8100-GE 08.00/2.1', 'SV8100', '08.00'],
    ['NEC-i SV9100-NA 08.00.65/2.1', 'SV9100', '08.00.65'],
    ['SV9100-NA 08.00.65/2.1', 'SV9100', '08.00.65'],
    ['NEC SL2100 3.10.50.1/2.1', 'SL2100', '3.10.50.1'],
    ['NEC SL2100 3.10.50.1.7/2.1', 'SL2100', null],
    ['NEC Aspire WX 4.00/2.1', 'Aspire WX', '4.00'],
    ['NEC Aspire/2.1', 'Aspire', null],
    ['NEC something', null, null],
    ['NEC SL21000/2.1', null, null],
  ])('%j: %j, %j', (text, model, version) => {
    expect(parseNecProduct(text)).toEqual({ model, version });
  });

  test.each(['', 'SL21000/2.1', 'SV9105', 'SL2100Clone', 'NECTEC SL2100', 'NEC-x', 'Asterisk NEC SL2100', 'necessary'])(
    'none in %j',
    (text) => {
      expect(parseNecProduct(text)).toBeUndefined();
    },
  );
});

describe('nec-sip', () => {
  test('by Server, in an answer with bare LF and folding', () => {
    const parsed = parseSipResponse(Buffer.from('SIP/2.0 200 OK\nServer: NEC-i\n SV9100-NA 10.00/2.1\n\n'))!;
    expect(who({ sip: parsed.evidence }, 'udp/49060')).toEqual({
      fingerprint: 'nec-sip',
      kind: 'nec-sip',
      label: 'NEC SIP, SV9100, 10.00',
      model: 'SV9100',
      version: '10.00',
      confidence: 'certain',
      basis: ['SIP Server "NEC-i SV9100-NA 10.00/2.1"'],
    });
  });

  test('by User-Agent, also behind a Server of another name', () => {
    expect(who({ sip: sip({ server: 'proxy', userAgent: 'NEC SL2100/2.1' }) })).toMatchObject({
      kind: 'nec-sip',
      label: 'NEC SIP, SL2100',
      version: null,
    });
  });

  test('of an unknown model', () => {
    expect(who({ sip: sip({ server: 'NEC new one' }) })).toMatchObject({
      kind: 'nec-sip',
      label: 'NEC SIP, unknown model',
      confidence: 'likely',
    });
  });
});

describe('nec-phone-registration', () => {
  const refusal = { status: 403, phrase: 'Forbidden', contentType: 'application/X-NECSIPEXT2MLv1' };
  const body = 'Ind-ErrDsp=nec-code: 1:Non-Registered Access';

  test.each([
    ['both marks', { ...refusal, body }, 'certain'],
    ['the type', refusal, 'certain'],
    [
      'the type with parameters, in lower case',
      { ...refusal, contentType: 'application/x-necsipext2mlv1;a=b' },
      'certain',
    ],
    ['the body', { status: 400, body }, 'certain'],
    ['the type with another status', { ...refusal, status: 200 }, 'likely'],
  ])('by %s', (_, parts, confidence) => {
    expect(who({ sip: sip(parts) }, 'udp/5999')).toMatchObject({
      kind: 'nec-phone-registration',
      label: 'NEC IP phone registration',
      confidence,
    });
  });

  test('comes before nec-sip, and takes over its model', () => {
    expect(who({ sip: sip({ ...refusal, server: 'NEC-i SL Series 04.00/2.1' }) })).toMatchObject({
      kind: 'nec-phone-registration',
      label: 'NEC IP phone registration, SL Series, 04.00',
    });
  });

  test('not by 403 alone', () => {
    expect(who({ sip: sip({ status: 403, phrase: 'Forbidden' }) })?.kind).toBe('sip-server');
  });
});

describe('nec-dim', () => {
  test.each([
    ['\r\nUser ID:Password:\r\nUser ID:', 'likely'],
    ['\r\n\r\nuser id: \r\n password:', 'likely'],
    ['\r\nUser ID:', 'possible'],
  ])('%j is %s', (text, confidence) => {
    expect(who({ banner: text })).toMatchObject({ kind: 'nec-dim', confidence });
  });

  test.each(['Superuser ID: ', 'Username:', 'Password:'])('not %j', (text) => {
    expect(who({ banner: text })?.kind).toBe('other');
  });
});
