import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ChannelSettings } from '../../../src/fleet/alerts/alert-config-schema.js';
import { judgeSmtpError, type SmtpError } from '../../../src/fleet/alerts/smtp-trouble.js';
import { makeCertificate } from '../../vantage/make-certificate.js';
import { message, send, settingsFor } from './samples.js';
import { openSmtpSink } from './smtp-sink.js';

let pair: { cert: string; key: string };
beforeAll(() => void (pair = makeCertificate()));

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A mail server that lists STARTTLS, and answers it so; null: it begins TLS with a self-signed certificate. */
function openStartTls(answer: string | null): Promise<number> {
  return listen(
    createServer((socket) => {
      socket.write('220 sink ESMTP\r\n');
      socket.on('data', (chunk) => {
        const line = chunk.toString();
        if (line.startsWith('EHLO')) socket.write('250-sink\r\n250-STARTTLS\r\n250 8BITMIME\r\n');
        if (!line.startsWith('STARTTLS')) return;
        socket.write(`${answer ?? '220 go'}\r\n`);
        socket.removeAllListeners('data');
        if (answer === null) new TLSSocket(socket, { isServer: true, ...pair }).on('error', () => undefined);
      });
    }),
  );
}

function openImplicit(): Promise<number> {
  const server = createTlsServer(pair, (socket) => socket.write('220 sink ESMTP\r\n'));
  server.on('tlsClientError', () => undefined);
  return listen(server);
}

async function reasonAt(port: number, tls: 'starttls' | 'implicit' | 'none', timeoutMs = 5000): Promise<string> {
  const settings = settingsFor('email', `smtp://127.0.0.1:${port}/`) as ChannelSettings<'email'>;
  const delivery = await send({ ...settings, tls }, message(), { timeoutMs });
  expect(delivery.outcome).not.toBe('delivered');
  return (delivery as { reason: string }).reason;
}

describe('why a mail server cannot be spoken to', () => {
  test.each(['starttls', 'implicit'] as const)('a self-signed certificate, tls %s', async (tls) => {
    const port = tls === 'starttls' ? await openStartTls(null) : await openImplicit();
    expect(await reasonAt(port, tls)).toBe(
      'the certificate of 127.0.0.1 is self-signed, or its authority is (DEPTH_ZERO_SELF_SIGNED_CERT)',
    );
  });

  test.each<Record<string, string>>([{}, { STARTTLS: '502 5.5.1 not implemented' }])(
    'STARTTLS that is not offered (%j)',
    async (answers) => {
      const sink = await openSmtpSink();
      sink.answers = answers;
      const port = Number(new URL(sink.url).port);
      const reason = await reasonAt(port, 'starttls', 1000);
      await sink.close();
      expect(reason).toContain(`127.0.0.1 does not offer STARTTLS on port ${port}`);
      expect(reason.includes('502 5.5.1 not implemented')).toBe('STARTTLS' in answers);
      expect(sink.lines.filter((line) => /^(?:AUTH|MAIL|DATA)/.test(line))).toEqual([]);
    },
  );

  test('STARTTLS that is offered and refused', async () => {
    expect(await reasonAt(await openStartTls('454 4.7.0 TLS not available'), 'starttls')).toMatch(
      /^127\.0\.0\.1 offers STARTTLS on port \d+, but does not begin it; it answered: 454 4\.7\.0 TLS not available$/,
    );
  });

  test('TLS at once on a port that begins in the clear', async () => {
    const sink = await openSmtpSink();
    const reason = await reasonAt(Number(new URL(sink.url).port), 'implicit');
    await sink.close();
    expect(reason).toMatch(/^127\.0\.0\.1 does not speak TLS on port \d+: use tls: starttls \(mostly port 587\)$/);
  });

  test.each(['starttls', 'none'] as const)('tls %s on a port that expects TLS at once', async (tls) => {
    expect(await reasonAt(await openImplicit(), tls, 1_000)).toMatch(
      /^127\.0\.0\.1 sent no greeting on port \d+ \(\w+\): if it expects TLS at once, as on port 465, use tls: implicit$/,
    );
  });

  test('a port that no one listens on', async () => {
    const port = await listen(createServer());
    await new Promise((resolve) => servers.pop()!.close(resolve));
    expect(await reasonAt(port, 'none')).toBe('the connection to the mail server failed (ECONNREFUSED)');
  });

  const situation = { tls: 'implicit', port: 465, offersStartTls: null } as const;
  test.each<[string, Partial<SmtpError>, string]>([
    [
      'another name',
      {
        originalCode: 'ERR_TLS_CERT_ALTNAME_INVALID',
        cert: { subjectaltname: `DNS:mail.other.example, ${'DNS:x.example, '.repeat(50)}` },
      },
      'is for another name (DNS:mail.other.example, DNS:x.example',
    ],
    ['a date in the past', { originalCode: 'CERT_HAS_EXPIRED' }, 'has expired'],
    ['an unknown authority', { originalCode: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'is of an authority that'],
  ])('a certificate with %s', (_, partial, words) => {
    const error: SmtpError = {
      ...new Error('refused'),
      name: 'Error',
      message: 'refused',
      code: 'ESOCKET',
      ...partial,
    };
    const delivery = judgeSmtpError(error, { host: 'mail.example.com' }, situation) as { reason: string };
    expect(delivery.reason).toContain(`the certificate of mail.example.com ${words}`);
    expect(delivery.reason.length).toBeLessThan(260);
  });
});
