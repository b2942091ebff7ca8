import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { VantageClient, VantagePatience } from '../../../src/site/outside/vantage-client.js';
import { VantageError } from '../../../src/site/outside/vantage-error.js';
import { checksRequestSchema, proofsRequestSchema } from '../../../src/model/vantage-api.js';
import { loadProfile } from '../../../src/files/profiles/profile.js';
import { keep, stopAfterEach } from '../../lab-sites/running.js';
import { cleanReport } from '../../reports/sample-reports.js';
import { CERTIFICATE, EXPIRED, KEY, OF_ANOTHER } from './certificates.js';
import {
  type Answerer,
  createClient,
  failureOf,
  LOCAL,
  sendEvents,
  sendJson,
  startFake,
  startRaw,
  startTlsFake,
  WHOAMI,
} from './fake-vantage.js';

stopAfterEach();

const SCRIPT = fileURLToPath(new URL('../../../.processes/vantage-process.js', import.meta.url));
const never = new AbortController().signal;
const STARTED = ['started', { address: '203.0.113.7', ports: [] }] as const;
const END = ['end', {}] as const;

/** All events of a stream of proofs. */
async function collect(client: VantageClient, signal = never) {
  const events: { event: string; data: unknown }[] = [];
  for await (const event of client.stream('/v1/proofs', {}, signal)) events.push(event);
  return events;
}

async function failStream(answer: Answerer, patience: Partial<VantagePatience> = {}): Promise<VantageError> {
  const { client } = await startFake(answer, patience);
  return failureOf(collect(client));
}

describe('whoami', () => {
  test('asks with the token, over IPv4, and tells whom it asked', async () => {
    const { client, asked } = await startFake((response) => sendJson(response, WHOAMI));
    expect(client.remoteAddress).toBeNull();
    expect(await client.whoami(never)).toEqual(WHOAMI);
    expect(client.remoteAddress).toBe(LOCAL);
    expect(asked).toMatchObject([{ method: 'GET', url: '/v1/whoami', body: '' }]);
    expect(asked[0]!.headers).toMatchObject({ authorization: 'Bearer spt_token', connection: 'close' });
    expect(asked[0]!.headers['user-agent']).toMatch(/^sallyport\//);
  });

  test('finds a vantage below a path of its server', async () => {
    const { url, asked } = await startFake((response) => sendJson(response, WHOAMI));
    await createClient(`${url}/phones/`).whoami(never);
    expect(asked[0]!.url).toBe('/phones/v1/whoami');
  });

  test.each<[string, Answerer]>([
    ['JSON of another form', (response) => sendJson(response, { ...WHOAMI, scope: 'elsewhere' })],
    ['no JSON', (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{')],
    ['a web page', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    ['nothing', (response) => response.writeHead(200, { 'content-type': 'application/json' }).end()],
    ['204', (response) => response.writeHead(204).end()],
    ['404', (response) => sendJson(response, {}, 404)],
    ['an answer that is cut off', (response) => cutOff(response, '{')],
    ['an endless answer', (response) => flood(response, 'application/json', ' '.repeat(10_000))],
    ['JSON that is nested too deep', (response) => sendDeep(response)],
  ])('takes %s for no vantage', async (_what, answer) => {
    const { client } = await startFake(answer);
    expect(await failureOf(client.whoami(never))).toMatchObject({ name: 'VantageError', kind: 'protocol' });
  });

  test('follows no redirect', async () => {
    const other = await startFake((response) => sendJson(response, WHOAMI));
    const { client } = await startFake((response) =>
      response.writeHead(302, { location: `${other.url}/v1/whoami` }).end(),
    );
    const error = await failureOf(client.whoami(never));
    expect(error).toMatchObject({ kind: 'protocol', message: expect.stringContaining('redirects (302)') as unknown });
    expect(other.asked).toEqual([]);
  });
});

function cutOff(response: Parameters<Answerer>[0], begin: string, type = 'application/json'): void {
  response.writeHead(200, { 'content-type': type, 'content-length': '1000' });
  response.write(begin, () => response.destroy());
}

function flood(response: Parameters<Answerer>[0], type: string, text: string): void {
  response.writeHead(200, { 'content-type': type });
  const write = (): void => {
    while (!response.destroyed && response.write(text));
  };
  response.on('drain', write);
  write();
}

function sendDeep(response: Parameters<Answerer>[0]): void {
  const deep = `${'['.repeat(8_000)}${']'.repeat(8_000)}`;
  response.writeHead(200, { 'content-type': 'application/json' }).end(deep);
}

describe('a refusal', () => {
  test.each([
    [401, 'refused', 'does not know the token (401): no such token'],
    [403, 'refused', 'does not allow that (403): no such token'],
    [409, 'refused', 'has already had this request (409): no such token'],
    [429, 'refused', 'was asked too often (429): no such token'],
    [503, 'refused', 'has no capacity for it now (503): no such token'],
    [500, 'refused', 'failed (500): no such token'],
    [400, 'protocol', 'did not understand the request (400): no such token'],
  ])('with %s is %s, in the words of the server', async (status, kind, text) => {
    const { client } = await startFake((response) => sendJson(response, { error: 'no such\n token ' }, status));
    const error = await failureOf(client.whoami(never));
    expect(error).toMatchObject({ kind, message: expect.stringContaining(text) as unknown });
    expect(await failureOf(collect(client))).toMatchObject({ kind });
  });

  test.each<[string, Answerer]>([
    ['is endless', (response) => flood(response.writeHead(403), 'text/plain', 'no '.repeat(1_000))],
    ['is long', (response) => sendJson(response, { error: 'x'.repeat(3_000) }, 403)],
    ['is no JSON', (response) => response.writeHead(403).end('{"error":')],
    ['is silent', (response) => response.writeHead(403).flushHeaders()],
    ['says nothing that is text', (response) => sendJson(response, { error: { a: 1 } }, 403)],
  ])('that %s is told all the same, and shortly', async (_what, answer) => {
    const { client } = await startFake((response, asked) => answer(silenceHead(response), asked), { idleMs: 300 });
    const { kind, message } = await failureOf(client.whoami(never));
    expect(kind).toBe('refused');
    expect(message).toContain('does not allow that (403)');
    expect(message.length).toBeLessThanOrEqual(512);
  });
});

/** Lets an answerer write the head a second time without harm. */
function silenceHead(response: Parameters<Answerer>[0]): Parameters<Answerer>[0] {
  const write = response.writeHead.bind(response);
  response.writeHead = ((...all: Parameters<typeof write>) =>
    response.headersSent ? response : write(...all)) as typeof write;
  return response;
}

describe('a vantage that cannot be reached', () => {
  test('is told with the reason', async () => {
    const { client } = await startFake(() => undefined, { headMs: 400 });
    expect((await failureOf(client.whoami(never))).message).toContain('did not answer in time');
    const mute = await startRaw(() => undefined);
    expect(
      (await failureOf(createClient(`https://${LOCAL}:${mute}`, { headMs: 400 }).whoami(never))).message,
    ).toContain('in time');
    const rude = await startRaw((socket) => socket.destroy());
    expect((await failureOf(createClient(`http://${LOCAL}:${rude}`).whoami(never))).message).toContain('closed');
    const turning = await startRaw(
      (socket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
    );
    expect((await failureOf(createClient(`http://${LOCAL}:${turning}`).whoami(never))).message).toContain('closed');
    const closed = createClient(`http://${LOCAL}:1`);
    expect(await failureOf(closed.whoami(never))).toMatchObject({
      kind: 'unreachable',
      message: `the vantage ${LOCAL}:1 could not be reached: nothing listens there (connection refused)`,
    });
  });

  test('is no vantage where it speaks something else', async () => {
    const ssh = await startRaw((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    expect(await failureOf(createClient(`http://${LOCAL}:${ssh}`).whoami(never))).toMatchObject({ kind: 'protocol' });
    const error = await failureOf(createClient(`https://${LOCAL}:${ssh}`).whoami(never));
    expect(error.message).toMatch(/no TLS connection .*is it http/);
  });

  test('gives up on a head that comes drop by drop', async () => {
    const port = await startRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => socket.write('x'), 50);
      socket.once('close', () => clearInterval(drip));
    });
    const error = await failureOf(createClient(`http://${LOCAL}:${port}`, { headMs: 400 }).whoami(never));
    expect(error).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('in time') as unknown });
  });

  test('is left at once where we stop', async () => {
    const { client } = await startFake((response) => sendEvents(response, STARTED), { headMs: 60_000, idleMs: 60_000 });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const error = await failureOf(collect(client, stop.signal));
    expect(error).toMatchObject({ name: 'VantageError', message: expect.stringContaining('stopped') as unknown });
    expect(await failureOf(client.whoami(AbortSignal.abort()))).toMatchObject({ name: 'VantageError' });
  });
});

describe('certificates', () => {
  const ask = (port: number, host = LOCAL, ca?: string) =>
    createClient(`https://${host}:${port}`, {}, ca).whoami(never);
  const start = (cert: string) => startTlsFake((response) => sendJson(response, WHOAMI), KEY, cert);

  test('are taken from the CA that the user names, for the address and the name', async () => {
    const port = await start(CERTIFICATE);
    expect(await ask(port, LOCAL, CERTIFICATE)).toEqual(WHOAMI);
    expect(await ask(port, 'localhost', CERTIFICATE)).toEqual(WHOAMI);
  });

  test('that nobody vouches for are refused, whatever the environment says', async () => {
    const port = await start(CERTIFICATE);
    const env = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const run = promisify(execFile)(process.execPath, [SCRIPT, `https://${LOCAL}:${port}`], { env, timeout: 15_000 });
    expect(JSON.parse((await run).stdout)).toMatch(/^unreachable: .*no certificate to trust: it is self-signed/);
    expect((await failureOf(ask(port))).kind).toBe('unreachable');
  });

  test('that have expired or are for another are refused', async () => {
    expect((await failureOf(ask(await start(EXPIRED), LOCAL, EXPIRED))).message).toContain('it has expired');
    const error = await failureOf(ask(await start(OF_ANOTHER), LOCAL, OF_ANOTHER));
    expect(error.message).toContain('it is for another name or address');
  });

  test('are needed: what is no certificate is told', async () => {
    const port = await start(CERTIFICATE);
    expect(await failureOf(ask(port, LOCAL, '-----BEGIN CERTIFICATE-----\nx'))).toBeInstanceOf(VantageError);
  });
});

test.each([
  'http://192.0.2.1',
  'http://vantage.example.com:8080',
  'http://127.0.0.1.example.com',
  'ftp://127.0.0.1',
  'https://user:password@127.0.0.1',
  'https://[::1]',
  'http://[::1]',
  'https://127.0.0.1/?a=b',
])('%s is refused before anything is sent', (url) => {
  expect(() => createClient(url)).toThrow(VantageError);
});

describe('a stream', () => {
  test('gives its events and ends with "end", though the server keeps the connection', async () => {
    const proof = { endpoint: 'tcp/80' };
    const { client, asked } = await startFake((response) =>
      sendEvents(response, STARTED, ['proof', proof], END, ['late', {}]),
    );
    expect(await collect(client)).toEqual([
      { event: 'started', data: STARTED[1] },
      { event: 'proof', data: proof },
    ]);
    await collect(client);
    const bodies = asked.map(({ body }) => JSON.parse(body) as { nonce: string });
    const request = { ...bodies[0], key: 'A'.repeat(43), endpoints: ['tcp/80'] };
    expect(proofsRequestSchema.safeParse(request).success).toBe(true);
    expect(bodies[0]!.nonce).not.toBe(bodies[1]!.nonce);
    expect(asked[0]).toMatchObject({
      method: 'POST',
      url: '/v1/proofs',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    });
  });

  test('lives on comments, and lets go of the server when its reader leaves', async () => {
    const closed = new Promise<void>((resolve) => {
      keep({ stop: () => Promise.resolve(resolve()) });
      void startFake((response) => {
        sendEvents(response, STARTED);
        const alive = setInterval(() => response.write(': alive\n\n'), 100);
        response.once('close', () => (clearInterval(alive), resolve()));
        setTimeout(() => response.write('event: proof\ndata: 1\n\n'), 600);
      }).then(async ({ client }) => {
        for await (const { event } of client.stream('/v1/proofs', {}, never)) if (event === 'proof') break;
      });
    });
    await closed;
  });

  test.each<[string, Answerer, RegExp]>([
    ['ends before "end"', (response) => sendEvents(response, STARTED).end(), /cut off/],
    ['is cut off', (response) => cutOff(response, 'event: started\ndata: {}\n\n', 'text/event-stream'), /cut off/],
    ['falls silent', (response) => sendEvents(response, STARTED), /silent for too long/],
    [
      'only ever says that it lives',
      (response) => flood(sendEvents(response, STARTED), '', ':\n\n'.repeat(9_999)),
      /bytes/,
    ],
    ['never ends', (response) => flood(sendEvents(response, STARTED), '', 'data: 1\n\n'.repeat(9_999)), /bytes/],
    ['has an endless line', (response) => flood(sendEvents(response, STARTED), '', 'x'.repeat(50_000)), /line of more/],
    [
      'has an endless event',
      (response) => flood(sendEvents(response, STARTED), '', 'data: x\n'.repeat(9_999)),
      /event of more/,
    ],
    ['begins otherwise', (response) => sendEvents(response, ['proof', {}], END), /first event is not "started"/],
    ['is garbage', (response) => sendEvents(response).end(Buffer.alloc(5_000, 0xff)), /cut off/],
    ['has data that is no JSON', (response) => sendEvents(response, STARTED).write('data: {\n\n'), /not JSON/],
    ['is JSON', (response) => sendJson(response, {}), /does not answer with text\/event-stream/],
  ])('that %s is an error of the protocol', async (what, answer, text) => {
    const idle = what === 'falls silent' && { idleMs: 300 };
    const error = await failStream((response, asked) => answer(silenceHead(response), asked), { ...idle });
    expect(error).toMatchObject({
      name: 'VantageError',
      kind: 'protocol',
      message: expect.stringMatching(text) as unknown,
    });
  });

  test('that drips for ever comes to an end', async () => {
    const error = await failStream(
      (response) => {
        sendEvents(response, STARTED);
        const drip = setInterval(() => response.write(':'), 50);
        response.once('close', () => clearInterval(drip));
      },
      { wholeMs: 1_500 },
    );
    expect(error).toMatchObject({ kind: 'protocol', message: expect.stringContaining('or did not end') as unknown });
  });

  test('that failed tells why', async () => {
    const error = await failStream((response) =>
      sendEvents(response, STARTED, ['failed', { message: 'it took too long' }]),
    );
    expect(error).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('failed: it took too long') as unknown,
    });
    expect(await failStream((response) => sendEvents(response, ['failed', {}]))).toMatchObject({ kind: 'protocol' });
  });
});

describe('check', () => {
  test('sends the profile, without the place of its file, and gives the report', async () => {
    const profile = await loadProfile('sip-trunk');
    const { client, asked } = await startFake((response) =>
      sendEvents(response, STARTED, ['report', cleanReport], END),
    );
    expect(await client.check({ profile, timing: 'fast', source: 'outsider' }, never)).toEqual(cleanReport);
    const body = checksRequestSchema.parse(JSON.parse(asked[0]!.body));
    expect(body).toMatchObject({ profile: { ...profile, file: null }, timing: 'fast', source: 'outsider' });
    await client.check({ profile, timing: undefined, source: undefined }, never);
    expect(checksRequestSchema.safeParse(JSON.parse(asked[1]!.body)).success).toBe(true);
  });

  test.each<[string, Answerer]>([
    ['no report', (response) => sendEvents(response, STARTED, END)],
    ['a report of another form', (response) => sendEvents(response, STARTED, ['report', { schema: 'x' }], END)],
    ['a report that nests too deep', (response) => sendDeepReport(response)],
    ['a report and no end', (response) => sendEvents(response, STARTED, ['report', cleanReport]).end()],
  ])('takes %s for an error of the protocol', async (_what, answer) => {
    const profile = await loadProfile('sip-trunk');
    const { client } = await startFake(answer, { idleMs: 5_000, wholeMs: 10_000 });
    expect(await failureOf(client.check({ profile }, never))).toMatchObject({ name: 'VantageError', kind: 'protocol' });
  });
});

function sendDeepReport(response: Parameters<Answerer>[0]): void {
  const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`;
  const [observation] = cleanReport.observations;
  const report = JSON.stringify({ ...cleanReport, observations: [{ ...observation, evidence: { deep: 'DEEP' } }] });
  sendEvents(response, STARTED).end(
    `event: report\ndata: ${report.replace('"DEEP"', deep)}\n\nevent: end\ndata: {}\n\n`,
  );
}
