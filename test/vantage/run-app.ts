import { afterAll, afterEach } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { type IncomingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { parseProxies } from '../../src/files/server/listen.js';
import type { TlsFiles } from '../../src/files/server/tls-files.js';
import { InviteFolder } from '../../src/files/invites/invite-folder.js';
import { hashToken, type TokenEntry } from '../../src/files/server/token-file.js';
import { Guesses } from '../../src/vantage/invites/guesses.js';
import { Invites } from '../../src/vantage/invites/invites.js';
import { DEFAULT_LIMITS, type Limits } from '../../src/vantage/limits.js';
import { Nonces, StreamSlots } from '../../src/vantage/admission.js';
import { createVantageApp, type VantagePlugin } from '../../src/vantage/vantage-app.js';
import type { Exchanges } from '../../src/vantage/vantage-context.js';
import type { ServedRequest } from '../../src/server/access.js';
import { VantageMetrics } from '../../src/vantage/vantage-metrics.js';

export const TOKEN = 'spt_the-token-of-ann';
export const OTHER_TOKEN = 'spt_the-token-of-bob';
export const OPERATOR_TOKEN = 'spt_the-token-of-olga';
export const ADMIN_TOKEN = 'spt_the-token-of-adam';
export const EXPIRED_TOKEN = 'spt_the-token-of-eve';
export const NOW = new Date('2026-11-22T12:00:00Z');

const entry = (name: string, token: string, until: string | null): TokenEntry => ({
  name,
  hash: hashToken(token),
  until,
  role: null,
});
const TOKENS = [
  entry('ann', TOKEN, '2026-11-22'),
  entry('eve', EXPIRED_TOKEN, '2026-11-21'),
  entry('bob', OTHER_TOKEN, null),
  { ...entry('olga', OPERATOR_TOKEN, null), role: 'operator' as const },
  { ...entry('adam', ADMIN_TOKEN, null), role: 'admin' as const },
];

export const NO_EXCHANGES: Exchanges = {
  async *sendProofs() {},
  sip: null,
  stun: null,
};

export interface AppOptions {
  readonly allowSpecial?: boolean;
  readonly proxies?: string;
  readonly limits?: Partial<Limits>;
  readonly exchanges?: Partial<Exchanges>;
  readonly tls?: TlsFiles;
  readonly nonces?: Nonces;
  readonly listTokens?: () => readonly TokenEntry[];
  /** Folder of invites. */
  readonly invites?: string;
  readonly plugin?: VantagePlugin;
  readonly now?: () => Date;
}

const stops: (() => Promise<void>)[] = [];
const stopAll = async () => void (await Promise.all(stops.splice(0).map((stop) => stop())));
afterEach(stopAll);
// Nothing runs after each of those that run side by side.
afterAll(stopAll);

/** An app on a port of its own on loopback, until the test ends, or its file for those that run side by side. */
export async function runApp(options: AppOptions = {}) {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const slots = new StreamSlots(limits);
  const accesses: ServedRequest[] = [];
  const troubles: unknown[] = [];
  const ending = new AbortController();
  const folder = options.invites === undefined ? null : await InviteFolder.open(options.invites);
  const context = {
    allowSpecial: options.allowSpecial ?? true,
    proxies: options.proxies === undefined ? [] : parseProxies(options.proxies),
    ...{ limits, slots },
    exchanges: { ...NO_EXCHANGES, ...options.exchanges },
    metrics: new VantageMetrics(slots),
    nonces: options.nonces ?? new Nonces(),
    ending: ending.signal,
    listTokens: options.listTokens ?? (() => TOKENS),
    now: options.now ?? (() => NOW),
    invites: folder && new Invites(folder, new Guesses(limits)),
    onAccess: (access: ServedRequest) => void accesses.push(access),
    onTrouble: (error: unknown) => void troubles.push(error),
  };
  const app = await createVantageApp(context, options.tls ?? null, options.plugin);
  // Those with half a TLS handshake are no connections to `closeAllConnections`: the server would wait for them.
  const sockets = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => void sockets.add(socket));
  stops.push(async () => {
    ending.abort();
    app.server.closeAllConnections();
    for (const socket of sockets) socket.destroy();
    await app.close();
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const send = (asked: Asked) => ask(port, asked, options.tls?.cert);
  const post = (path: string, body: object, asked: Asked = {}) =>
    send({ method: 'POST', path, token: TOKEN, body: JSON.stringify({ nonce: createNonce(), ...body }), ...asked });
  return { app, port, send, post, accesses, troubles, ending, slots, folder };
}

export const createNonce = (): string => randomBytes(16).toString('base64url');
export const createKey = (): string => randomBytes(32).toString('base64url');

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly token?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Buffer;
  /** The length of the body is not told. */
  readonly chunked?: boolean;
  /** Where the request comes from. */
  readonly from?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Asks and waits for the whole answer. */
export function ask(port: number, asked: Asked, ca?: string): Promise<Answer> {
  const { method = 'GET', path = '/v1/whoami', token, headers = {}, body, from = '127.0.0.1', chunked } = asked;
  const options = {
    ...{ host: '127.0.0.1', port, method, path, localAddress: from, agent: false, ca, servername: 'localhost' },
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(body !== undefined && !chunked && { 'content-length': Buffer.byteLength(body) }),
      ...headers,
    },
  };
  return new Promise((resolve, reject) => {
    const request = (ca === undefined ? requestHttp : requestHttps)(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
      response.once('error', reject);
    });
    request.once('error', reject);
    request.end(body);
  });
}

/** The sentence of an answer that is an error, and nothing else. */
export function readError({ status, headers, text }: Answer): string {
  if (status < 400) throw new Error(`no error but ${status}: ${text}`);
  if (!/^application\/json/.test(headers['content-type'] ?? '')) throw new Error('an error is JSON');
  const { error, ...more } = JSON.parse(text) as { error: string };
  if (Object.keys(more).length > 0) throw new Error(`an error is a sentence alone, not ${text}`);
  return error;
}

/** The events of a stream, comments left out. */
export function readEvents(text: string): { event: string; data: unknown }[] {
  return text
    .split('\n\n')
    .filter((block) => block !== '' && !block.startsWith(':'))
    .map((block) => {
      const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
      return { event, data: JSON.parse(data) as unknown };
    });
}

/** Resolves once something is so. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
