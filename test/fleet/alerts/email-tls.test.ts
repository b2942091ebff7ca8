import { join } from 'node:path';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ChannelSettings } from '../../../src/fleet/alerts/alert-config-schema.js';
import { judgeSmtpError, type SmtpError } from '../../../src/fleet/alerts/smtp-trouble.js';
import { openStore } from '../../../src/fleet/store/open-store.js';
import { createFiles, sallyport } from '../../cli/run.js';
import { makeCertificate } from '../../vantage/make-certificate.js';
import { clientEvent, message, send, settingsFor } from './samples.js';
import { openSmtpSink } from './smtp-sink.js';

const files = createFiles();
const AT = '2026-01-01T08:00:00.000Z';

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

/** A mail server that lists STARTTLS, and answers it so; null: it begins TLS with this self-signed certificate. */
function openStartTls(answer: string | null, own = pair): Promise<number> {
  return listen(
    createServer((socket) => {
      socket.write('220 sink ESMTP\r\n');
      socket.on('data', (chunk) => {
        const line = chunk.toString();
        if (line.startsWith('EHLO')) socket.write('250-sink\r\n250-STARTTLS\r\n250 8BITMIME\r\n');
        if (!line.startsWith('STARTTLS')) return;
        socket.write(`${answer ?? '220 go'}\r\n`);
        socket.removeAllListeners('data');
        if (answer === null) new TLSSocket(socket, { isServer: true, ...own }).on('error', () => undefined);
      });
    }),
  );
}

function openImplicit(): Promise<number> {
  const server = createTlsServer(pair, (socket) => socket.write('220 sink ESMTP\r\n'));
  server.on('tlsClientError', () => undefined);
  return listen(server);
}

/** What became of a mail to a server that takes none: in words that say why, and whether it is tried for days. */
async function reasonAt(
  port: number,
  tls: 'starttls' | 'implicit' | 'none',
  { outcome, timeoutMs = 5_000 }: { outcome: 'rejected' | 'retry'; timeoutMs?: number },
): Promise<string> {
  const settings = settingsFor('email', `smtp://127.0.0.1:${port}/`) as ChannelSettings<'email'>;
  const delivery = await send({ ...settings, tls }, message(), { timeoutMs });
  expect(delivery.outcome).toBe(outcome);
  return (delivery as { reason: string }).reason;
}

describe('why a mail server cannot be spoken to', () => {
  test.each(['starttls', 'implicit'] as const)('a self-signed certificate, tls %s', async (tls) => {
    const port = tls === 'starttls' ? await openStartTls(null) : await openImplicit();
    expect(await reasonAt(port, tls, { outcome: 'rejected' })).toBe(
      'the certificate of 127.0.0.1 is self-signed, or its authority is (DEPTH_ZERO_SELF_SIGNED_CERT)',
    );
  });

  test.each<Record<string, string>>([{}, { STARTTLS: '502 5.5.1 not implemented' }])(
    'STARTTLS that is not offered (%j)',
    async (answers) => {
      const sink = await openSmtpSink();
      sink.answers = answers;
      const port = Number(new URL(sink.url).port);
      const reason = await reasonAt(port, 'starttls', { outcome: 'rejected', timeoutMs: 1_000 });
      await sink.close();
      expect(reason).toContain(`127.0.0.1 does not offer STARTTLS on port ${port}`);
      expect(reason.includes('502 5.5.1 not implemented')).toBe('STARTTLS' in answers);
      expect(sink.lines.filter((line) => /^(?:AUTH|MAIL|DATA)/.test(line))).toEqual([]);
    },
  );

  test('STARTTLS that is offered and refused', async () => {
    const port = await openStartTls('454 4.7.0 TLS not available');
    expect(await reasonAt(port, 'starttls', { outcome: 'retry' })).toMatch(
      /^127\.0\.0\.1 offers STARTTLS on port \d+, but does not begin it; it answered: 454 4\.7\.0 TLS not available$/,
    );
  });

  test('TLS at once on a port that begins in the clear', async () => {
    const sink = await openSmtpSink();
    const reason = await reasonAt(Number(new URL(sink.url).port), 'implicit', { outcome: 'rejected' });
    await sink.close();
    expect(reason).toMatch(/^127\.0\.0\.1 does not speak TLS on port \d+: use tls: starttls \(mostly port 587\)$/);
  });

  test.each(['starttls', 'none'] as const)('tls %s on a port that expects TLS at once', async (tls) => {
    expect(await reasonAt(await openImplicit(), tls, { outcome: 'retry', timeoutMs: 1_000 })).toMatch(
      /^127\.0\.0\.1 sent no greeting on port \d+ \(\w+\): if it expects TLS at once, as on port 465, use tls: implicit$/,
    );
  });

  test('a port of another protocol', async () => {
    const port = await listen(createServer((socket) => void socket.write('SSH-2.0-OpenSSH_9.2\r\n')));
    expect(await reasonAt(port, 'none', { outcome: 'retry' })).toMatch(
      /^127\.0\.0\.1 does not greet as a mail server on port \d+, but sends: SSH-2\.0-OpenSSH_9\.2$/,
    );
  });

  test('a port that no one listens on', async () => {
    const port = await listen(createServer());
    await new Promise((resolve) => servers.pop()!.close(resolve));
    expect(await reasonAt(port, 'none', { outcome: 'retry' })).toBe(
      'the connection to the mail server failed (ECONNREFUSED)',
    );
  });

  const situation = { tls: 'implicit', port: 465, offersStartTls: null } as const;
  test.each<[string, Partial<SmtpError>, string, string?]>([
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
    ['a date in the future', { originalCode: 'CERT_NOT_YET_VALID' }, "is not valid yet: check this machine's", 'retry'],
  ])('a certificate with %s', (_, partial, words, outcome = 'rejected') => {
    const error: SmtpError = {
      ...new Error('refused'),
      name: 'Error',
      message: 'refused',
      code: 'ESOCKET',
      ...partial,
    };
    const delivery = judgeSmtpError(error, { host: 'mail.example.com' }, situation) as {
      outcome: string;
      reason: string;
    };
    expect(delivery.outcome).toBe(outcome);
    expect(delivery.reason).toContain(`the certificate of mail.example.com ${words}`);
    expect(delivery.reason.length).toBeLessThan(260);
  });
});

test('a certificate for another name is told to the operator after some tries, by a process that trusts it', async () => {
  const other = makeCertificate('DNS:mail.other.example');
  const port = await openStartTls(null, other);
  const dropping = await listen(createServer((socket) => socket.destroy()));
  const authority = files.write('authority.pem', other.cert);
  const alerts = files.write(
    'alerts.yaml',
    [
      'channels:',
      `  mail: {kind: email, host: 127.0.0.1, tls: starttls, port: ${port}, from: a@example.com, to: [b@example.com]}`,
      `  note: {kind: ntfy, server: "http://127.0.0.1:${dropping}", topic: x}`,
      'routes: [{to: [mail]}]',
      'operator: {to: [mail, note]}',
    ].join('\n'),
  );
  const path = join(files.directory, 'store.sqlite');
  const store = await openStore(path);
  await store.write((tx) =>
    tx.enqueue({ key: 'k', channel: 'mail', digest: false, sweepId: null, event: clientEvent(), at: AT }),
  );
  for (let tries = 0; tries < 5; tries++) {
    const [claimed] = await store.messages.claimMessages(new Date(), 1, 1);
    await store.messages.markFailed(claimed!.id, 'as before', new Date(AT));
  }
  await store.close();
  const { code, stderr } = await sallyport(['alert', 'send', '--alerts', alerts, '--store', path], {
    env: { NODE_EXTRA_CA_CERTS: authority },
  });
  expect(code).toBe(1);
  expect(stderr).toContain(
    'alert to mail is given up: the certificate of 127.0.0.1 is for another name (DNS:mail.other.example): use that name as host\n',
  );
  expect(stderr).toMatch(/alert to note is tried again after/);
});
