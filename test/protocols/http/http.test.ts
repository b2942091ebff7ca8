import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { httpEvidenceSchema } from '../../../src/model/evidence.js';
import { isHttpComplete, parseHttpResponse, renderHttpGet, staysOpen } from '../../../src/protocols/http/http.js';
import { expectWithin, hostileBytes, message, mutated, pathological } from '../hostile.js';

const WEBPRO_BODY = [
  '<html><head><title>WebPro</title></head>',
  '<frameset rows="80,*">',
  '<frame name="banFrm" src=\'Banner.htm\' />',
  '<frame name="mainFrm" src=\'Login.htm\' />',
  '</frameset></html>',
].join('\n');

const WEBPRO = message(
  'HTTP/1.1 200 OK',
  'Server: Henry/1.1',
  'Content-Type: text/html',
  `Content-Length: ${WEBPRO_BODY.length}`,
  '',
  WEBPRO_BODY,
);
const CHUNKED = message(
  'HTTP/1.1 200 OK',
  'Transfer-Encoding: chunked',
  '',
  '5;x=y',
  '<titl',
  '9',
  'e>a</titl',
  '0',
  'T: 1',
  '',
  '',
);
const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('renderHttpGet', () => {
  const get = (host: string, port: number) =>
    renderHttpGet({ path: '/', host, port, userAgent: 'sallyport/1' }).toString('latin1');

  test('is a request of HTTP/1.1 that leaves the connection persistent', () => {
    const text = get('192.0.2.1', 80);
    expect(text).toMatch(/^GET \/ HTTP\/1\.1\r\nHost: 192\.0\.2\.1\r\nUser-Agent: sallyport\/1\r\n/);
    expect(text).toMatch(/[^\n]\r\n\r\n$/);
    expect(text).not.toMatch(/connection/i);
  });

  test('names the port unless it is 80, and puts IPv6 in brackets', () => {
    expect(get('2001:db8::1', 8080)).toContain('\r\nHost: [2001:db8::1]:8080\r\n');
    expect(get('2001:db8::1', 80)).toContain('\r\nHost: [2001:db8::1]\r\n');
    expect(get('pbx.example.net', 81)).toContain('\r\nHost: pbx.example.net:81\r\n');
  });

  test('cannot be split by its parts', () => {
    const text = renderHttpGet({ path: '/a b\r\nX: 1', host: 'h\r\nY: 2', port: 80, userAgent: 'u\nZ: 3' }).toString();
    expect(text.split('\r\n').filter((line) => /^[XYZ]:/.test(line))).toEqual([]);
    expect(text.split('\r\n')[0]).toBe('GET /a%20bX:%201 HTTP/1.1');
    expect(text).not.toMatch(/[^\r]\n/);
  });
});

describe('isHttpComplete', () => {
  test('with the length received', () => {
    expect(isHttpComplete(WEBPRO)).toBe(true);
    expect(isHttpComplete(WEBPRO.subarray(0, -1))).toBe(false);
    expect(isHttpComplete(bytes('HTTP/1.0 401 No\nContent-Length: 0\n\n'))).toBe(true);
  });

  test('with the last chunk and its trailers', () => {
    expect(isHttpComplete(CHUNKED)).toBe(true);
    for (let cut = 1; cut < CHUNKED.length; cut++) expect(isHttpComplete(CHUNKED.subarray(0, cut))).toBe(false);
  });

  test('without a body', () => {
    expect(isHttpComplete(bytes('HTTP/1.1 304 Not Modified\r\n\r\n'))).toBe(true);
    expect(isHttpComplete(bytes('HTTP/1.1 304 Not Modified\r\n'))).toBe(false);
  });

  test('waits for the end of a body of unknown length, but not beyond 4 KiB', () => {
    const start = 'HTTP/1.0 200 OK\r\n\r\n';
    expect(isHttpComplete(bytes(`${start}<html></html>`))).toBe(false);
    expect(isHttpComplete(bytes(start + 'x'.repeat(4095)))).toBe(false);
    expect(isHttpComplete(bytes(start + 'x'.repeat(4096)))).toBe(true);
  });

  test('does not wait for a gigabyte', () => {
    const start = 'HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n';
    expect(isHttpComplete(bytes(start + 'x'.repeat(4095)))).toBe(false);
    expect(isHttpComplete(bytes(start + 'x'.repeat(4096)))).toBe(true);
    expect(
      isHttpComplete(bytes(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n${'x'.repeat(4096)}`)),
    ).toBe(true);
  });

  test('beyond 16 KiB, whatever it is', () => {
    expect(isHttpComplete(Buffer.alloc(16 * 1024, 'x'))).toBe(false);
    expect(isHttpComplete(Buffer.alloc(16 * 1024 + 1, 'x'))).toBe(true);
    expect(isHttpComplete(bytes(`HTTP/1.1 200 OK\r\n${'X: 1\r\n'.repeat(3000)}`))).toBe(true);
  });

  test('waits for the real answer behind an interim one', () => {
    const interim = 'HTTP/1.1 100 Continue\r\n\r\n';
    expect(isHttpComplete(bytes(interim))).toBe(false);
    expect(isHttpComplete(Buffer.concat([bytes(interim), WEBPRO]))).toBe(true);
  });
});

describe('staysOpen', () => {
  const answer = (version: string, ...fields: string[]) =>
    message(`HTTP/${version} 200 OK`, ...fields, 'Content-Length: 2', '', 'ok');

  test.each([
    ['1.1', [], true],
    ['1.1', ['Connection: close'], false],
    ['1.1', ['Connection: Upgrade, CLOSE'], false],
    ['1.1', ['Connection: Keep-Alive'], true],
    ['1.0', [], false],
    ['1.0', ['Connection: keep-alive'], true],
    ['1.0', ['Connection: keep-alive', 'Connection: close'], false],
  ] as const)('HTTP/%s with %j: %j', (version, fields, expected) => {
    expect(staysOpen(answer(version, ...fields))).toBe(expected);
  });

  test('needs a known end that is exactly where the bytes end', () => {
    expect(staysOpen(WEBPRO)).toBe(true);
    expect(staysOpen(WEBPRO.subarray(0, -1))).toBe(false);
    expect(staysOpen(Buffer.concat([WEBPRO, bytes('x')]))).toBe(false);
    expect(staysOpen(CHUNKED)).toBe(true);
    expect(staysOpen(CHUNKED.subarray(0, -2))).toBe(false);
    expect(staysOpen(bytes('HTTP/1.1 200 OK\r\n\r\nbody'))).toBe(false);
    expect(staysOpen(bytes('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'))).toBe(false);
    expect(staysOpen(bytes('SSH-2.0-x\r\n\r\n'))).toBe(false);
    expect(staysOpen(bytes('HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab'))).toBe(false);
  });
});

describe('parseHttpResponse', () => {
  test('reads a WebPro front page', () => {
    expect(parseHttpResponse(WEBPRO)).toEqual({
      status: 200,
      server: 'Henry/1.1',
      title: 'WebPro',
      location: null,
      authenticate: null,
      body: WEBPRO_BODY,
      truncated: false,
    });
  });

  test('takes HTTP/1.0, bare LF, folding, a missing phrase and lower case', () => {
    const evidence = parseHttpResponse(
      bytes('http/1.0 401\nserver: DVR\n Web\nWWW-Authenticate: Basic realm="a"\nWWW-Authenticate: Digest\n\nno'),
    );
    expect(evidence).toMatchObject({
      status: 401,
      server: 'DVR Web',
      authenticate: 'Basic realm="a", Digest',
      body: 'no',
    });
  });

  test('shows what has come of an answer that was cut off', () => {
    expect(parseHttpResponse(bytes('HTTP/1.1 302 Found\r\nLocation: /log'))).toMatchObject({
      status: 302,
      location: '/log',
      body: '',
      truncated: true,
    });
    expect(parseHttpResponse(WEBPRO.subarray(0, -5))).toMatchObject({ title: 'WebPro', truncated: true });
  });

  test('takes a body out of its chunks', () => {
    expect(parseHttpResponse(CHUNKED)).toMatchObject({ title: 'a', body: '<title>a</titl', truncated: false });
    expect(parseHttpResponse(CHUNKED.subarray(0, -12))).toMatchObject({ body: '<title>a</titl', truncated: true });
    expect(parseHttpResponse(bytes('HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\n'))).toMatchObject({
      body: 'abc',
      truncated: false,
    });
  });

  test('shows a body raw that claims to be chunked and is not', () => {
    expect(parseHttpResponse(bytes('HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n<title>x</title>'))).toMatchObject({
      title: 'x',
      truncated: true,
    });
  });

  test('cuts to the limits of the model, but seeks the title further down', () => {
    const evidence = parseHttpResponse(
      bytes(
        `HTTP/1.1 200 ${'p'.repeat(999)}\nServer: ${'s'.repeat(999)}\n\n${' '.repeat(3000)}<TITLE\nid=x>${'t'.repeat(999)}`,
      ),
    );
    expect(evidence?.server).toHaveLength(256);
    expect(evidence?.title).toBe('t'.repeat(256));
    expect(evidence?.body).toHaveLength(2048);
    expect(evidence?.truncated).toBe(true);
  });

  test('leaves what lies beyond the length out of the body', () => {
    expect(parseHttpResponse(bytes('HTTP/1.1 200 OK\nContent-Length: 2\n\nabHTTP/1.1'))).toMatchObject({ body: 'ab' });
  });

  test('prefers the answer behind an interim one, and is content with less', () => {
    const interim = 'HTTP/1.1 103 Early Hints\r\nServer: early\r\n\r\n';
    expect(parseHttpResponse(Buffer.concat([bytes(interim), WEBPRO]))).toMatchObject({
      status: 200,
      server: 'Henry/1.1',
    });
    expect(parseHttpResponse(bytes(`${interim}nonsense`))).toMatchObject({ status: 103, server: 'early' });
  });

  test('takes a change of protocol for the end', () => {
    const answer = 'HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 200 OK\r\n\r\n';
    expect(parseHttpResponse(bytes(answer))).toMatchObject({ status: 101 });
    expect(staysOpen(bytes(answer))).toBe(false);
  });

  test('keeps control characters and markup, which are evidence', () => {
    expect(parseHttpResponse(bytes('HTTP/1.1 200 OK\nServer: \x1b[31m<b>\xe4\n\n'))?.server).toBe('\x1b[31m<b>\xe4');
  });

  test.each([
    '',
    'SSH-2.0-OpenSSH\r\n',
    'HTTP/1.1',
    'HTTP/1.1 20',
    'HTTP/1.1 2000 x',
    'SIP/2.0 200 OK\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
  ])('is undefined for %j', (text) => expect(parseHttpResponse(bytes(text))).toBeUndefined());
});

describe('titles', () => {
  test.each([
    ['<title>\n  A \t B\r\n</title>', 'A B'],
    ['<TITLE lang="en">A</TITLE>', 'A'],
    ['<title>1 < 2</title>', '1 < 2'],
    ['<title>open<body>x', 'open'],
    ['<titlebar>no</titlebar><title>yes</title>', 'yes'],
    ['<title></title>', ''],
    ['<title', null],
    ['<p>none</p>', null],
    ['<title>a &amp; b</title>', 'a &amp; b'],
  ])('%j: %j', (html, title) => {
    expect(parseHttpResponse(bytes(`HTTP/1.1 200 OK\r\n\r\n${html}`))?.title).toBe(title);
  });
});

describe('hostile input', () => {
  const beginning = 'HTTP/1.1 200 OK\r\nServer: x\r\n';
  const check = (input: Buffer) => {
    const evidence = parseHttpResponse(input);
    if (evidence) httpEvidenceSchema.parse(evidence);
    if (staysOpen(input)) expect(evidence?.truncated === false || input.length > 2048).toBe(true);
    isHttpComplete(input);
  };

  test('any bytes', () => {
    fc.assert(fc.property(hostileBytes(beginning), check), { numRuns: 1000 });
    fc.assert(fc.property(hostileBytes(`${beginning}Transfer-Encoding: chunked\r\n\r\n`), check), { numRuns: 500 });
  });

  test.each([
    ['length', WEBPRO],
    ['chunks', CHUNKED],
  ])('answers changed, repeated and cut off (%s)', (_, valid) => {
    fc.assert(fc.property(mutated(valid), check), { numRuns: 1000 });
  });

  const beginnings = [
    beginning,
    'HTTP/1.1 200 OK\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\n\r\n<title>',
  ];
  test.each(pathological(beginnings))('is quick with %s …', (_, make) => {
    const input = make();
    expectWithin(2_000, () => check(input));
    expectWithin(2_000, () => check(input.subarray(0, 16 * 1024)));
  });

  test.each([
    ['fields', `${beginning}${'a: b\r\n'.repeat(600)}\r\n`],
    ['chunks', `${beginning}Transfer-Encoding: chunked\r\n\r\n${'1\r\na\r\n'.repeat(600)}`],
  ])('is quick when an answer of many %s comes byte by byte', (_, text) => {
    const input = bytes(text);
    expectWithin(3_000, () => {
      for (let length = 0; length < input.length; length++) isHttpComplete(input.subarray(0, length));
    });
  });
});
