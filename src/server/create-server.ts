import {
  fastify,
  type FastifyBaseLogger,
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyReply,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Socket } from 'node:net';
import type * as z from 'zod';
import type { TlsFiles } from '../files/server/tls-files.js';
import { type AddressRange, rangesContain } from '../model/address-ranges.js';
import { type ConnectionLimits, limitConnections } from './connections.js';
import { describeIssues, Refusal, renderClientError } from './refusal.js';

/** An HTTP server of ours, whose routes are described by zod schemas. */
export type ServerApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** How an HTTP server is made. */
export interface ServerOptions {
  readonly tls: TlsFiles | null;
  /** Proxies that may tell for whom they ask. */
  readonly proxies: readonly AddressRange[];
  readonly limits: ConnectionLimits & {
    /** How long a caller may take for a TLS handshake, and to send its request, s. */
    readonly requestSeconds: number;
  };
  /** Largest body of a request, bytes. */
  readonly maxBody: number;
  /** Answers errors of any kind. */
  readonly answerError: (error: unknown, reply: FastifyReply) => FastifyReply;
  /** Told of bytes that are no HTTP. */
  readonly onMalformed: () => void;
}

/** How long one that speaks no HTTP may take to hear so, ms. */
const FAREWELL_MS = 1_000;

/** Creates an HTTP server with bounds on all that a caller can hold of it. It has no routes, and does not listen yet. */
export function createServer(options: ServerOptions): ServerApp {
  const app = fastify(chooseServerOptions(options)).withTypeProvider<ZodTypeProvider>();
  limitConnections(app.server, options.limits, options.proxies);
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart = 'request' }) => (data) => {
    const result = schema.safeParse(data);
    if (result.success) return { value: result.data };
    return { error: new Refusal(400, 'malformed', describeIssues(httpPart, result.error)) };
  });
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, _request, reply) => options.answerError(error, reply));
  return app;
}

function chooseServerOptions(options: ServerOptions): FastifyHttpOptions<RawServerDefault> {
  const { proxies, limits, tls, maxBody, answerError, onMalformed } = options;
  const requestMs = limits.requestSeconds * 1_000;
  const server = { maxHeaderSize: 16_384, headersTimeout: requestMs, connectionsCheckingInterval: 2_000 };
  const secure = tls && { https: { ...server, ...tls, minVersion: 'TLSv1.2' as const, handshakeTimeout: requestMs } };
  return {
    http: server,
    ...secure,
    trustProxy: (address: string) => rangesContain(proxies, address),
    bodyLimit: maxBody,
    requestTimeout: requestMs,
    keepAliveTimeout: 10_000,
    // Streams say that they live more often than that.
    connectionTimeout: 120_000,
    frameworkErrors: (error, _request, reply) => void answerError(error, reply),
    clientErrorHandler: (error, socket) => {
      onMalformed();
      refuseClient(error.code, socket);
    },
  };
}

/** Tells a client that it does not speak HTTP, and ends its connection soon, whatever it does. */
function refuseClient(code: string | undefined, socket: Socket): void {
  // Without a handshake nothing can be said: what is written waits for it, and the connection for what is written.
  const hears = code?.startsWith('HPE_') === true || code === 'ERR_HTTP_REQUEST_TIMEOUT';
  if (!hears || !socket.writable) return void socket.destroy();
  socket.end(renderClientError(code));
  const cut = setTimeout(() => socket.destroy(), FAREWELL_MS);
  socket.once('close', () => clearTimeout(cut));
}
