import { createSocket } from 'node:dgram';
import { connect } from 'node:net';

/** What came back on a TCP connection, and how it ended: `open`, `closed` or an error code. */
export interface Talk {
  readonly data: Buffer;
  readonly text: string;
  readonly connected: boolean;
  readonly ended: string;
  readonly ms: number;
}

/** Connects, sends `text`, and reads until the other side ends it, `enough` bytes are there (0: until it is connected), or `waitMs` have passed. */
export function talk(
  port: number,
  text = '',
  { waitMs = 2000, enough = Infinity, host = '127.0.0.1' } = {},
): Promise<Talk> {
  return new Promise((resolve) => {
    const start = performance.now();
    const chunks: Buffer[] = [];
    let connected = false;
    let length = 0;
    const socket = connect({ host, port });
    const settle = (ended: string) => {
      clearTimeout(timer);
      socket.destroy();
      const data = Buffer.concat(chunks);
      resolve({ data, text: data.toString('utf8'), connected, ended, ms: performance.now() - start });
    };
    const timer = setTimeout(() => settle('open'), waitMs);
    socket.on('connect', () => {
      connected = true;
      if (enough === 0) return settle('open');
      if (text) socket.write(text);
    });
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= enough) settle('open');
    });
    socket.on('end', () => settle('closed'));
    socket.on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? 'error'));
  });
}

export interface Heard {
  readonly data: Buffer;
  readonly text: string;
  readonly port: number;
}

/** Sends one datagram from an unconnected socket and collects answers until `enough` are there or `waitMs` have passed. */
export function ask(
  port: number,
  data: Buffer | string,
  { waitMs = 2000, enough = 1, from = { address: '127.0.0.1', port: 0 }, host = '127.0.0.1' } = {},
): Promise<Heard[]> {
  return new Promise((resolve, reject) => {
    const heard: Heard[] = [];
    const socket = createSocket('udp4');
    const settle = () => {
      clearTimeout(timer);
      socket.close();
      resolve(heard);
    };
    const timer = setTimeout(settle, waitMs);
    socket.on('error', reject);
    socket.on('message', (answer, { port: answeredFrom }) => {
      heard.push({ data: answer, text: answer.toString('utf8'), port: answeredFrom });
      if (heard.length === enough) settle();
    });
    socket.bind({ ...from, exclusive: true }, () => socket.send(data, port, host));
  });
}

/** A SIP request with all that an answer needs. */
export function sipRequest(method = 'OPTIONS'): string {
  return [
    `${method} sip:127.0.0.1 SIP/2.0`,
    'Via: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bKtest;rport',
    'Max-Forwards: 70',
    'From: <sip:sallyport@127.0.0.1>;tag=abc',
    'To: <sip:127.0.0.1>',
    'Call-ID: call-1@127.0.0.1',
    `CSeq: 7 ${method}`,
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
}

/** An SSDP search. */
export function search(target: string): string {
  return `M-SEARCH * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\nMan: "ssdp:discover"\r\nMX: 1\r\nST: ${target}\r\n\r\n`;
}
