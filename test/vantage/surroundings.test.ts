import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import { ADDRESS_SCOPES } from '../../src/model/report.js';
import { makeCertificate } from './make-certificate.js';
import { ask, createKey, readError, readEvents, runApp, TOKEN } from './run-app.js';

interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object>; readonly securitySchemes: object };
}
interface Operation {
  readonly security?: unknown;
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Record<string, unknown> }> };
  readonly responses: Record<string, { readonly description: string; readonly content?: Record<string, object> }>;
}

describe('the OpenAPI document', () => {
  test('describes every route, for everybody', async () => {
    const { send } = await runApp();
    const { status, text } = await send({ path: '/v1/openapi.json' });
    expect(status).toBe(200);
    const document = JSON.parse(text) as Document;
    expect(document.openapi).toBe('3.1.0');
    expect(document.info.title).toBe('sallyport vantage');
    expect(
      Object.entries(document.paths).flatMap(([path, on]) => Object.keys(on).map((way) => `${way} ${path}`)),
    ).toEqual(
      expect.arrayContaining([
        'get /healthz',
        'get /v1/whoami',
        'post /v1/checks',
        'post /v1/proofs',
        'post /v1/sip-exchanges',
        'post /v1/nat-bindings',
        'post /v1/invites',
        'get /v1/invites/{id}',
        'post /v1/jobs',
      ]),
    );
    expect(Object.keys(document.paths)).toHaveLength(9);
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const operation of Object.values(operations)) {
        const isOpen = ['/healthz', '/v1/jobs'].includes(path);
        expect([path, operation.security]).toEqual([path, isOpen ? undefined : [{ token: [] }]]);
        for (const response of Object.values(operation.responses)) expect(response.description).not.toBe('');
      }
    }
  });

  test('says what bodies and events are', async () => {
    const { send } = await runApp();
    const { paths, components } = JSON.parse((await send({ path: '/v1/openapi.json' })).text) as Document;
    const proofs = paths['/v1/proofs']!['post']!;
    const body = proofs.requestBody!.content['application/json']!.schema;
    expect(body).toMatchObject({
      type: 'object',
      additionalProperties: false,
      required: ['nonce', 'key', 'endpoints'],
    });
    expect(Object.keys(proofs.responses)).toEqual(
      expect.arrayContaining(['200', '400', '401', '403', '409', '429', '503']),
    );
    expect(Object.keys(proofs.responses['200']!.content!)).toEqual(['text/event-stream']);
    expect(Object.keys(components.schemas)).toEqual(['Started', 'Report', 'Proof', 'SipMessage', 'Failed']);
    expect(JSON.stringify(paths['/v1/whoami'])).toContain(JSON.stringify(ADDRESS_SCOPES));
    expect(JSON.stringify(paths['/v1/checks'])).not.toMatch(/"(?:address|target)"/);
  });
});

test('the OpenAPI document refers to nothing that is not there', async () => {
  const { send } = await runApp();
  const { text } = await send({ path: '/v1/openapi.json' });
  const document: unknown = JSON.parse(text);
  for (const [, path = ''] of text.matchAll(/"\$ref":"([^"]*)"/g)) {
    expect(path).toMatch(/^#\//);
    const found = path
      .slice(2)
      .split('/')
      .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document);
    expect([path, typeof found]).toEqual([path, 'object']);
  }
});

describe('metrics', () => {
  test('count without names and addresses', async () => {
    const { send, post } = await runApp();
    await send({ token: TOKEN });
    await send({ token: 'wrong' });
    await send({ path: '/nothing-of-the-kind', token: TOKEN });
    await post('/v1/proofs', { key: createKey(), endpoints: ['udp/5060'] });
    const { status, text, headers } = await send({ path: '/metrics' });
    expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
    expect(text).toContain('sallyport_vantage_requests_total{route="/v1/whoami",status="200"} 1');
    expect(text).toContain('sallyport_vantage_requests_total{route="/v1/whoami",status="401"} 1');
    expect(text).toContain('sallyport_vantage_requests_total{route="none",status="404"} 1');
    expect(text).toContain('sallyport_vantage_refused_total{why="token"} 1');
    expect(text).toContain('sallyport_vantage_refused_total{why="replay"} 0');
    expect(text).toContain('sallyport_vantage_streams{kind="proofs"} 0');
    expect(text).not.toMatch(/127\.0\.0\.1|ann|nothing-of|spt_/);
  });

  test.each(['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'])('are not for who comes with %s', async (name) => {
    for (const proxies of [undefined, '127.0.0.1']) {
      const { send } = await runApp(proxies === undefined ? {} : { proxies });
      const answer = await send({ path: '/metrics', headers: { [name]: '127.0.0.1' } });
      expect([answer.status, readError(answer)]).toEqual([403, 'metrics are for this machine only']);
    }
  });
});

/** Resolves once a connection is closed, in whatever way. */
const closing = (socket: Socket) => new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));

describe('protection', () => {
  test('TLS serves requests and streams, from version 1.2 on', async () => {
    const tls = makeCertificate();
    const { port, send, post } = await runApp({ tls });
    expect(JSON.parse((await send({ token: TOKEN })).text)).toMatchObject({ address: '127.0.0.1' });
    const answer = await post('/v1/proofs', { key: createKey(), endpoints: ['udp/5060'] });
    expect(readEvents(answer.text).map(({ event }) => event)).toEqual(['started', 'end']);
    const handshake = (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') =>
      new Promise<string>((resolve) => {
        const options = {
          port,
          host: '127.0.0.1',
          servername: 'localhost',
          ca: tls.cert,
          ciphers: 'DEFAULT@SECLEVEL=0',
        };
        const socket = connectTls({ ...options, minVersion: version, maxVersion: version }, () => {
          resolve(socket.getProtocol() ?? 'none');
          socket.destroy();
        });
        socket.once('error', () => resolve('refused'));
      });
    expect(await handshake('TLSv1.1')).toBe('refused');
    expect(await handshake('TLSv1.2')).toBe('TLSv1.2');
    expect(await handshake('TLSv1.3')).toBe('TLSv1.3');
  });

  test('a port under TLS answers no plain HTTP', async () => {
    const { send, port } = await runApp({ tls: makeCertificate() });
    await expect(ask(port, {})).rejects.toThrow();
    expect((await send({})).status).toBe(401);
  });

  test.each([
    ['nothing', ''],
    ['half a record', '\x16\x03\x01'],
  ])('who says %s instead of a handshake is dropped', async (_, bytes) => {
    const { port } = await runApp({ tls: makeCertificate(), limits: { requestSeconds: 0.2 } });
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1')).resume();
    await closing(socket);
  });

  test('who was told that a request took too long is dropped, whatever else comes', async () => {
    const { port } = await runApp({ limits: { requestSeconds: 0.2 } });
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write('GET / HTTP/1.1\r\n'));
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const trickle = setInterval(() => socket.write('X'), 100);
    await closing(socket).finally(() => clearInterval(trickle));
    expect(text).toMatch(/^HTTP\/1\.1 408 .*the request took too long/s);
  });
});
