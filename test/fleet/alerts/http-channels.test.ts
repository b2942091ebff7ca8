import { createHmac } from 'node:crypto';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import * as z from 'zod';
import { alertPayloadSchema } from '../../../src/model/alert-payload.js';
import type { Secret } from '../../../src/fleet/alerts/alert-config-secret.js';
import { anyText, isHarmful } from '../../reports/report-arbitrary.js';
import { makeCertificate } from '../../vantage/make-certificate.js';
import { openHttpSink, type HttpSink, type Received } from './http-sink.js';
import {
  saidChange,
  saidEvent,
  HOSTILE,
  hostileMessage,
  message,
  NOW,
  operatorEvent,
  send,
  settingsFor,
  showAll,
  SIGNING_KEY,
} from './samples.js';

const KINDS = ['webhook', 'slack', 'teams', 'ntfy'] as const;
const TOKEN = 'T0SECRET-PATH-9000';

let sink: HttpSink;
beforeEach(async () => void (sink = await openHttpSink(`/${TOKEN}`)));
afterEach(() => sink.close());

/** What each service answers to a message that it took. */
const RECEIPTS = { webhook: '', slack: 'ok', teams: '1', ntfy: '{"id":"sPs71M8A2T","event":"message"}\n' } as const;

const HUGE = HOSTILE.repeat(60);
const TEXTS = {
  hostile: HOSTILE,
  '10 kB of it': HUGE,
  'nothing but overrides': '\u202e'.repeat(5000),
  ampersands: '&'.repeat(5000),
};

/** Sends, and gives the one request that came. */
async function receive(kind: (typeof KINDS)[number], sent = message()): Promise<Received> {
  sink.received.length = 0;
  sink.answer = (response) => response.end(RECEIPTS[kind]);
  expect(await send(settingsFor(kind, sink.url), sent)).toEqual({ outcome: 'delivered' });
  expect(sink.received).toHaveLength(1);
  return sink.received[0]!;
}

/** Every text within a JSON value. */
function listTexts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value && typeof value === 'object' ? Object.values(value).flatMap(listTexts) : [];
}

describe.each(KINDS)('%s', (kind) => {
  const settings = () => settingsFor(kind, sink.url);

  test('posts to its address', async () => {
    const { method, path } = await receive(kind);
    expect([method, path]).toEqual(['POST', `/${TOKEN}`]);
  });

  test.each([
    [429, 'retry'],
    [408, 'retry'],
    [500, 'retry'],
    [503, 'retry'],
    [400, 'rejected'],
    [401, 'rejected'],
    [404, 'rejected'],
    [410, 'rejected'],
  ])('%i: %s', async (status, outcome) => {
    sink.answer = (response) => response.writeHead(status).end();
    expect((await send(settings())).outcome).toBe(outcome);
  });

  test('is delivered once the service says so', async () => {
    sink.answer = (response) => response.writeHead(202).end(RECEIPTS[kind]);
    expect(await send(settings())).toEqual({ outcome: 'delivered' });
  });

  test('says what was answered, without the secrets in it', async () => {
    sink.answer = (response, { path, headers }) =>
      response.writeHead(404).end(`Cannot POST ${path} ${headers.authorization} ${SIGNING_KEY}\n\x1b[2J no_service`);
    const delivery = await send(settings());
    expect(delivery).toMatchObject({
      outcome: 'rejected',
      reason: expect.stringMatching(/^answered 404: Cannot POST \/\[secret\]/),
    });
    for (const secret of [TOKEN, 'tk_ntfytoken0123']) expect(showAll(delivery)).not.toContain(secret);
    if (kind === 'webhook') expect(showAll(delivery)).not.toContain(SIGNING_KEY);
  });

  test('follows no redirect', async () => {
    const other = await openHttpSink('/other');
    sink.answer = (response) => response.writeHead(307, { location: other.url }).end();
    const delivery = await send(settings());
    await other.close();
    expect(delivery).toMatchObject({ outcome: 'rejected', reason: expect.stringContaining('307') });
    expect(other.received).toEqual([]);
  });

  test('gives up waiting for a server that does not answer', async () => {
    sink.answer = () => undefined;
    const delivery = await send(settings(), message(), { timeoutMs: 150 });
    expect(delivery).toEqual({ outcome: 'retry', reason: 'did not answer within 0.15 s' });
  });

  test('ends when told to', async () => {
    sink.answer = () => undefined;
    const abort = new AbortController();
    const sending = send(settings(), message(), { signal: abort.signal });
    setTimeout(() => abort.abort(), 50);
    expect(await sending).toEqual({ outcome: 'retry', reason: 'was stopped' });
  });

  test('reads no more of an endless answer than it needs', async () => {
    let written = 0;
    sink.answer = (response) => {
      response.writeHead(400);
      const write = () => {
        while (!response.destroyed && response.write('x'.repeat(1024))) written++;
      };
      response.on('drain', write);
      write();
    };
    const delivery = await send(settings(), message(), { timeoutMs: 5000 });
    expect(delivery).toMatchObject({ outcome: 'rejected' });
    expect((delivery as { reason: string }).reason.length).toBeLessThan(200);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(written).toBeLessThan(20_000);
  });

  test('a connection that is dropped is tried again', async () => {
    sink.answer = (response) => response.destroy();
    const delivery = await send(settings());
    expect(delivery).toMatchObject({
      outcome: 'retry',
      reason: expect.stringMatching(/^could not be reached \(\w+\)$/),
    });
    expect(showAll(delivery)).not.toContain(TOKEN);
  });

  test('a port that nobody listens on is tried again', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const delivery = await send(settingsFor(kind, `http://127.0.0.1:${port}/${TOKEN}`));
    expect(delivery).toEqual({ outcome: 'retry', reason: 'could not be reached (ECONNREFUSED)' });
  });

  test.each([
    ['17', 17_000],
    ['999999', 3_600_000],
    [new Date(NOW.getTime() + 90_000).toUTCString(), 90_000],
    [new Date(NOW.getTime() - 90_000).toUTCString(), undefined],
    ['soon', undefined],
  ])('Retry-After: %s', async (value, retryAfterMs) => {
    sink.answer = (response) => response.writeHead(429, { 'retry-after': value }).end();
    const delivery = await send(settings());
    expect(delivery).toMatchObject({ outcome: 'retry', reason: 'answered 429' });
    expect((delivery as { retryAfterMs?: number }).retryAfterMs).toBe(retryAfterMs);
  });

  test('hostile texts get through in no way that acts, and bounded', async () => {
    for (const text of Object.values(TEXTS)) {
      for (const changes of [1, 400]) {
        const { body, headers } = await receive(kind, hostileMessage(text, changes));
        expect(headers['bcc']).toBeUndefined();
        if (kind === 'webhook') continue;
        expect(Buffer.byteLength(body)).toBeLessThan({ slack: 160_000, teams: 28_000, ntfy: 4096 }[kind]);
        const shown =
          kind === 'ntfy' ? body.split('\n') : listTexts(JSON.parse(body)).flatMap((part) => part.split('\n'));
        expect(shown.flatMap((line) => [...line].filter(isHarmful))).toEqual([]);
      }
    }
  });

  test('any text becomes a request', async () => {
    await fc.assert(
      fc.asyncProperty(anyText(2000), fc.integer({ min: 1, max: 30 }), async (text, changes) => {
        await receive(kind, hostileMessage(text, changes));
      }),
      { numRuns: 25 },
    );
  });
});

describe('a 2xx alone is no delivery', () => {
  const PAGE = '<!DOCTYPE html>\n<html><title>Sign in</title></html>';
  const answerWith = async (kind: (typeof KINDS)[number], text: string, status = 200) => {
    sink.answer = (response) => response.writeHead(status).end(text);
    return send(settingsFor(kind, sink.url));
  };

  test.each([
    ['slack', 'no_service', 'Slack'],
    ['slack', 'ok, but not quite', 'Slack'],
    ['slack', '', 'Slack'],
    ['ntfy', '', 'ntfy'],
    ['ntfy', 'ok', 'ntfy'],
    ['ntfy', 'null', 'ntfy'],
    ['ntfy', '{"id":""}', 'ntfy'],
    ['ntfy', '{"id":7}', 'ntfy'],
    ['ntfy', '{"id":"x","event":"open"}', 'ntfy'],
    ['ntfy', '{"code":40301,"http":403,"error":"forbidden","id":"x"}', 'ntfy'],
    ['ntfy', '{"id":"x","success":false}', 'ntfy'],
    ['teams', '{"code":"InvalidTemplate","message":"x"}', 'Teams'],
    ['teams', '{"statusCode":403,"message":"x"}', 'Teams'],
    ['teams', '{"status":"400"}', 'Teams'],
    ['ntfy', '[{"id":"x"}]', 'ntfy'],
    ['teams', 'Webhook message delivery failed with error: Summary or Text is required.', 'Teams'],
    ['teams', 'failed with error 403', 'Teams'],
    ['teams', '{"error":{"code":"WorkflowTriggerIsNotEnabled"}}', 'Teams'],
  ] as const)('%s that answers %j', async (kind, text, service) => {
    expect(await answerWith(kind, text)).toEqual({
      outcome: 'rejected',
      reason: `answered 200, but not as ${service} confirms a message${text && `: ${text}`}`,
    });
  });

  test.each([
    'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId tcid=0',
    'failed with error 429',
    'HTTP error 503',
    '{"error":{"code":"429","message":"Rate limit is exceeded"}}',
    'Too Many Requests',
  ])('teams that answers %j: tried again', async (text) => {
    sink.answer = (response) => response.writeHead(200, { 'retry-after': '60' }).end(text);
    const delivery = await send(settingsFor('teams', sink.url));
    expect(delivery).toMatchObject({ outcome: 'retry', retryAfterMs: 60_000 });
    expect((delivery as { reason: string }).reason).toContain(text.slice(0, 100));
  });

  test.each(['slack', 'teams', 'ntfy'] as const)('%s and a web page', async (kind) => {
    for (const text of [PAGE, `<?xml version="1.0"?>\n${PAGE}`, ' <html>']) {
      expect(await answerWith(kind, text)).toMatchObject({
        outcome: 'rejected',
        reason: expect.stringContaining('answered 200 with a web page'),
      });
    }
  });

  test.each(['', '1', 'ok', '{"status":"accepted"}'])('teams that answers %j has the message', async (text) => {
    expect(await answerWith('teams', text)).toEqual({ outcome: 'delivered' });
  });

  test.each(['', PAGE, 'no_service'])('a program of your own may answer %j', async (text) => {
    for (const status of [200, 201, 202])
      expect(await answerWith('webhook', text, status)).toEqual({ outcome: 'delivered' });
    expect(await answerWith('webhook', '', 204)).toEqual({ outcome: 'delivered' });
  });

  test('a confirmation that repeats a long message is read to its end', async () => {
    const text = JSON.stringify({ message: '\\u003c'.repeat(4000), id: 'sPs71M8A2T' });
    expect(await answerWith('ntfy', text)).toEqual({ outcome: 'delivered' });
  });

  test('an answer that breaks off confirms nothing, and one without end neither', async () => {
    sink.answer = (response) => {
      response.writeHead(200, { 'content-length': '9' });
      response.write('ok', () => response.destroy());
    };
    expect(await send(settingsFor('slack', sink.url))).toEqual({
      outcome: 'retry',
      reason: 'answered 200, but the answer broke off',
    });
    sink.answer = (response) => void response.write('ok'.repeat(1 << 20));
    expect(await send(settingsFor('slack', sink.url))).toMatchObject({ outcome: 'rejected' });
  });

  test('what is answered is bounded, on one line and without secrets', async () => {
    const delivery = await answerWith('slack', `no\n\tservice at /${TOKEN} ${'x'.repeat(9000)}`);
    const { reason } = delivery as { reason: string };
    expect(reason).toMatch(/: no service at \/\[secret\] x+$/);
    expect(reason.length).toBeLessThan(200);
  });
});

describe('webhook', () => {
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
    z.toJSONSchema(alertPayloadSchema, { io: 'input' }),
  );

  test('posts the events as its schema says, with a key', async () => {
    const events = [saidEvent(), operatorEvent];
    const { headers, body } = await receive('webhook', message(events));
    const payload: unknown = JSON.parse(body);
    expect(payload).toEqual({
      schema: 'sallyport/alert@1',
      key: '7/muster/203.0.113.7/main',
      createdAt: NOW.toISOString(),
      events,
      omitted: 0,
    });
    expect(validate(payload)).toBe(true);
    expect(validate({ ...(payload as object), schema: 'sallyport/alert@2' })).toBe(false);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': '7/muster/203.0.113.7/main',
    });
  });

  test('the signature is the HMAC-SHA256 of time and body', async () => {
    const { headers, body } = await receive('webhook', hostileMessage(HOSTILE));
    const timestamp = headers['x-sallyport-timestamp'];
    expect(timestamp).toBe(String(NOW.getTime() / 1000));
    const expected = createHmac('sha256', SIGNING_KEY)
      .update(`${NOW.getTime() / 1000}.`)
      .update(body)
      .digest('hex');
    expect(headers['x-sallyport-signature']).toBe(`v1=${expected}`);
  });

  test('leaves out what exceeds a mebibyte, and says so', async () => {
    const events = Array.from({ length: 500 }, () => saidEvent({ summary: 'x'.repeat(10_000) }));
    const { body } = await receive('webhook', message(events));
    const payload = JSON.parse(body) as { events: unknown[]; omitted: number };
    expect(body.length).toBeLessThan((1 << 20) + 500);
    expect(payload.events.length).toBeGreaterThan(90);
    expect(payload.events.length + payload.omitted).toBe(500);
    const [event] = [saidEvent({ summary: 'x'.repeat(2_000_000) })];
    expect(JSON.parse((await receive('webhook', message([event]))).body)).toMatchObject({
      events: [event],
      omitted: 0,
    });
  });
});

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['127.0.0.1', 'localhost'],
  ['::1', '[::1]'],
])('a server at %s is reached by %s', async (host, name) => {
  const server = await openHttpSink('/here', host);
  const url = `http://${name}:${new URL(server.url).port}/here`;
  const delivery = await send(settingsFor('webhook', url));
  await server.close();
  expect(delivery).toEqual({ outcome: 'delivered' });
  expect(server.received).toHaveLength(1);
});

test('a certificate that nobody vouches for is refused', async () => {
  let asked = 0;
  const server = createTlsServer(makeCertificate(), (_, response) => {
    asked++;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const delivery = await send(settingsFor('webhook', `https://127.0.0.1:${port}/${TOKEN}`));
  await new Promise((resolve) => server.close(resolve));
  expect(delivery).toEqual({
    outcome: 'rejected',
    reason: 'its certificate is self-signed, or its authority is (DEPTH_ZERO_SELF_SIGNED_CERT)',
  });
  expect(asked).toBe(0);
});

describe('slack', () => {
  const receiveBlocks = async (sent = message()) => {
    const { body } = await receive('slack', sent);
    return JSON.parse(body) as { text: string; blocks: { text: { type: string; text: string; verbatim: boolean } }[] };
  };

  test('says what changed, and what to do next', async () => {
    const { text, blocks } = await receiveBlocks();
    expect(text).toBe('Muster AG: WebPro is reachable on tcp/80');
    expect(blocks.map((block) => block.text.text)).toEqual([
      '*Muster AG: WebPro is reachable on tcp/80*',
      '*Muster AG (muster) at 203.0.113.7*\n• Critical: WebPro is reachable on tcp/80',
      '*Current state*\n• WebPro can be reached by everybody.',
      'Next: `sallyport show muster`',
    ]);
  });

  test('mentions nobody and links nothing', async () => {
    const { text, blocks } = await receiveBlocks(hostileMessage(HOSTILE, 3));
    for (const shown of [text, ...blocks.map((block) => block.text.text)]) expect(shown).not.toMatch(/[<>]/);
    for (const block of blocks) expect(block.text).toMatchObject({ type: 'mrkdwn', verbatim: true });
    expect(text).toContain('&lt;!channel&gt;');
  });

  test('stays within the bounds of Slack', async () => {
    const texts = Object.values(TEXTS);
    const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;
    for (const text of texts) {
      const events = Array.from({ length: 200 }, (_, i) =>
        saidEvent({
          client: { name: text },
          slot: text,
          changes: [saidChange({ title: text, severity: severities[i % 5]! })],
        }),
      );
      for (const sent of [hostileMessage(text, 300), message(events)]) {
        const { blocks } = await receiveBlocks(sent);
        expect(blocks.length).toBeLessThanOrEqual(50);
        for (const block of blocks) expect(block.text.text.length).toBeLessThanOrEqual(3000);
        expect(blocks.at(-1)!.text.text).toMatch(/^Next: /);
      }
    }
  });
});

describe('teams', () => {
  interface Block {
    readonly type: string;
    readonly inlines: readonly { readonly type: string; readonly text: string }[];
  }
  const receiveCard = async (sent = message()) => {
    const { body } = await receive('teams', sent);
    const { type, attachments } = JSON.parse(body) as {
      type: string;
      attachments: { contentType: string; content: { type: string; version: string; body: Block[] } }[];
    };
    expect({ type, count: attachments.length }).toEqual({ type: 'message', count: 1 });
    expect(attachments[0]!.contentType).toBe('application/vnd.microsoft.card.adaptive');
    expect(attachments[0]!.content).toMatchObject({ type: 'AdaptiveCard', version: '1.4' });
    return attachments[0]!.content.body;
  };

  test('is an Adaptive Card that says what changed', async () => {
    const blocks = await receiveCard();
    expect(blocks.map(({ inlines }) => inlines[0]!.text)).toEqual([
      'Muster AG: WebPro is reachable on tcp/80',
      'Muster AG (muster) at 203.0.113.7',
      '• Critical: WebPro is reachable on tcp/80',
      'Current state',
      '• WebPro can be reached by everybody.',
      'Next: sallyport show muster',
    ]);
  });

  test('holds nothing that is read as Markdown', async () => {
    for (const block of await receiveCard(hostileMessage(HOSTILE, 20))) {
      expect(block.type).toBe('RichTextBlock');
      expect(block.inlines.map(({ type }) => type)).toEqual(['TextRun']);
    }
  });

  test('tells that more did not fit, and what to do next all the same', async () => {
    const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;
    const events = Array.from({ length: 100 }, (_, i) =>
      saidEvent({ changes: [saidChange({ title: '電'.repeat(300), severity: severities[i % 5]! })] }),
    );
    const blocks = await receiveCard(message(events));
    expect(blocks.slice(-2).map(({ inlines }) => inlines[0]!.text)).toEqual([
      '… and more than fits here',
      'Next: sallyport clients',
    ]);
  });
});

describe('ntfy', () => {
  const decode = (header: string) =>
    header.replace(/=\?UTF-8\?B\?([^?]*)\?=(?: (?==\?))?/g, (_, word: string) =>
      Buffer.from(word, 'base64').toString(),
    );

  test('title, priority, tags and token are headers', async () => {
    const { headers, body } = await receive('ntfy');
    expect(headers).toMatchObject({
      title: 'Muster AG: WebPro is reachable on tcp/80',
      priority: '5',
      tags: 'rotating_light,sallyport',
      authorization: 'Bearer tk_ntfytoken0123',
    });
    expect(body).toBe(
      [
        'Muster AG (muster) at 203.0.113.7',
        '- Critical: WebPro is reachable on tcp/80',
        'Current state',
        '- WebPro can be reached by everybody.',
        'Next: sallyport show muster',
      ].join('\n'),
    );
  });

  test.each([
    ['high', 'exposed', '4', 'warning'],
    ['medium', 'service-lost', '3', 'warning'],
    ['low', 'no-longer-determined', '2', 'information_source'],
    ['critical', 'resolved', '2', 'white_check_mark'],
  ] as const)('%s %s has priority %s', async (severity, kind, priority, tag) => {
    const { headers } = await receive('ntfy', message([saidEvent({ changes: [saidChange({ severity, kind })] })]));
    expect(headers).toMatchObject({ priority, tags: `${tag},sallyport` });
  });

  test('a title that is not ASCII is encoded', async () => {
    const name = 'Zürcher Café 電話交換 – '.repeat(3);
    const { headers } = await receive('ntfy', message([saidEvent({ client: { name } })]));
    const title = headers['title'] as string;
    expect(title).toMatch(/^[\x20-\x7e]+$/);
    expect(decode(title)).toContain('Zürcher Café 電話交換 – Zürcher');
    for (const word of title.split(' ')) expect(word.length).toBeLessThanOrEqual(75);
  });

  test('no token, no header', async () => {
    const { token: _, ...settings } = settingsFor('ntfy', sink.url) as {
      kind: 'ntfy';
      server: string;
      topic: Secret;
      token: Secret;
      allowHttp: boolean;
    };
    await send(settings);
    expect(sink.received[0]!.headers.authorization).toBeUndefined();
  });
});
