import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { VantageClient, type VantagePatience } from '../../../src/site/outside/vantage-client.js';
import type { VantageError } from '../../../src/site/outside/vantage-error.js';
import { keep } from '../../lab-sites/running.js';

export const LOCAL = '127.0.0.1';
export const WHOAMI = { version: '1.0.0', address: '203.0.113.7', scope: 'public', sip: null, stun: null };
/** Enough for a busy machine: tests of a wait shorten the one that they are about. */
const PATIENT: VantagePatience = { headMs: 20_000, idleMs: 20_000, wholeMs: 50_000 };

/** A request as it came. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request. */
export type Answerer = (response: ServerResponse, asked: Asked) => void;

function listen(answer: Answerer, asked: Asked[]): RequestListener {
  return (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    response.on('error', () => {});
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      asked.push({ method, url, headers, body });
      answer(response, asked.at(-1)!);
    });
  };
}

async function open(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, LOCAL, resolve));
  keep({
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  });
  return (server.address() as AddressInfo).port;
}

/** A client of the server at this URL. */
export function createClient(url: string, patience: Partial<VantagePatience> = {}, ca?: string): VantageClient {
  return new VantageClient({ url: new URL(url), token: 'spt_token', ca }, { ...PATIENT, ...patience });
}

/** A server that says what the test has it say, and a client of it. */
export async function startFake(answer: Answerer, patience: Partial<VantagePatience> = {}) {
  const asked: Asked[] = [];
  const port = await open(createServer(listen(answer, asked)));
  const url = `http://${LOCAL}:${port}`;
  return { asked, url, client: createClient(url, patience) };
}

/** The same with TLS. */
export async function startTlsFake(answer: Answerer, key: string, cert: string): Promise<number> {
  const server = createTlsServer({ key, cert }, listen(answer, []));
  server.on('tlsClientError', () => {});
  return open(server);
}

/** A TCP server that speaks no HTTP. */
export function startRaw(serve: (socket: Socket) => void): Promise<number> {
  return open(createTcpServer(serve));
}

/** Answers JSON. */
export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value));
}

/** Begins a stream with these events, and leaves it open. */
export function sendEvents(
  response: ServerResponse,
  ...events: readonly (readonly [string, unknown])[]
): ServerResponse {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [event, data] of events) response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  return response;
}

/** The error that this fails with; throws where it does not fail. */
export async function failureOf(work: Promise<unknown>): Promise<VantageError> {
  const value = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (value === undefined) throw new Error('nothing failed');
  return value as VantageError;
}
