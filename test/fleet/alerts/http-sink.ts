import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came. */
export interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpSink {
  readonly url: string;
  readonly received: Received[];
  /** How requests are answered; 200 at first. */
  answer: (response: ServerResponse, request: Received) => void;
  close(): Promise<void>;
}

/** A server on loopback that keeps what it gets. */
export async function openHttpSink(path = '/hook', host = '127.0.0.1'): Promise<HttpSink> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      const received = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
      sink.received.push(received);
      sink.answer(response, received);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const sink: HttpSink = {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}${path}`,
    received: [],
    answer: (response) => response.end('ok'),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return sink;
}
