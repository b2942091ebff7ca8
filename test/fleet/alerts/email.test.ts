import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ChannelSettings } from '../../../src/fleet/alerts/alert-config-schema.js';
import { Secret } from '../../../src/fleet/alerts/alert-config-secret.js';
import { anyText, isHarmful } from '../../reports/report-arbitrary.js';
import { saidEvent, HOSTILE, hostileMessage, message, operatorEvent, send, settingsFor, showAll } from './samples.js';
import { openSmtpSink, type Mail, type SmtpSink } from './smtp-sink.js';

const PASSWORD = 'swordfish-9000';

let sink: SmtpSink;
beforeEach(async () => void (sink = await openSmtpSink()));
afterEach(() => sink.close());

type EmailSettings = ChannelSettings<'email'>;
const settings = (partial: Partial<EmailSettings> = {}): EmailSettings => ({
  ...(settingsFor('email', sink.url) as EmailSettings),
  ...partial,
});
const login = { user: 'alerts', password: new Secret(PASSWORD) };

/** The headers and the decoded text parts of a mail. */
function readMail({ source }: Mail) {
  const [head = '', ...rest] = source.split('\r\n\r\n');
  const headers = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const boundary = /boundary="([^"]+)"/.exec(head)![1]!;
  const parts = rest
    .join('\r\n\r\n')
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const [, partHead = '', body = ''] = /^\r\n([^]*?)\r\n\r\n([^]*)$/.exec(part)!;
      return { type: /Content-Type: ([\w/]+)/.exec(partHead)![1]!, body: decodeBody(partHead, body) };
    });
  return {
    headers,
    header: (name: string) => headers.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2),
    text: parts.find(({ type }) => type === 'text/plain')!.body,
    html: parts.find(({ type }) => type === 'text/html')!.body,
    types: parts.map(({ type }) => type),
  };
}

function decodeBody(head: string, body: string): string {
  if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString();
  if (!/quoted-printable/i.test(head)) return body;
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

/** Sends, and gives the one mail that came. */
async function receive(sent = message(), partial: Partial<EmailSettings> = {}) {
  sink.mails.length = 0;
  expect(await send(settings(partial), sent)).toEqual({ outcome: 'delivered' });
  expect(sink.mails).toHaveLength(1);
  return { ...sink.mails[0]!, ...readMail(sink.mails[0]!) };
}

describe('a mail', () => {
  test('says in text and HTML what changed, and what to do next', async () => {
    const mail = await receive();
    expect(mail.header('From')).toBe('Sallyport <alerts@dealer.example>');
    expect(mail.header('To')).toBe('noc@dealer.example');
    expect(mail.header('Subject')).toBe('[sallyport] Muster AG: WebPro is reachable on tcp/80');
    expect(mail.header('Auto-Submitted')).toBe('auto-generated');
    expect(mail.types).toEqual(['text/plain', 'text/html']);
    expect(mail.text.trim().split(/\r?\n/)).toEqual([
      'Muster AG (muster) at 203.0.113.7',
      '  - Critical: WebPro is reachable on tcp/80',
      '',
      'Current state',
      '  - WebPro can be reached by everybody.',
      '',
      'Next: sallyport show muster',
    ]);
    expect(mail.html).toContain('<h1>Muster AG: WebPro is reachable on tcp/80</h1>');
    expect(mail.html).toContain('<code>sallyport show muster</code>');
  });

  test('has an id of its key, so that a repetition is known', async () => {
    const ids = [];
    for (const key of ['a', 'a', 'b']) ids.push((await receive(message(undefined, { key }))).header('Message-ID'));
    expect(ids[0]).toMatch(/^<[0-9a-f]{32}@dealer\.example>$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  test('goes to contacts only where that is wanted and they are addresses', async () => {
    const event = saidEvent({
      client: {
        contacts: [
          'Eva "X" <eva@muster.example>',
          'it@muster.example',
          '+41 44 000 00 00',
          'a@b@c',
          'x@y.example\r\nBcc: z@y.example',
        ],
      },
    });
    expect((await receive(message([event]))).to).toEqual(['noc@dealer.example']);
    const mail = await receive(message([event]), { contacts: true });
    expect(mail.to).toEqual(['noc@dealer.example', 'eva@muster.example', 'it@muster.example']);
    expect(mail.header('Cc')).toContain('eva@muster.example');
    expect((await receive(message([operatorEvent]), { contacts: true })).to).toEqual(['noc@dealer.example']);
  });

  test('never tells the contacts of one client of another', async () => {
    const events = ['one', 'two'].map((id) => saidEvent({ client: { id, contacts: [`it@${id}.example`] } }));
    expect((await receive(message(events), { contacts: true })).to).toEqual(['noc@dealer.example']);
  });

  test.each([HOSTILE, HOSTILE.repeat(60), '\u202e'.repeat(5000)])('hostile texts do not act', async (text) => {
    const mail = await receive(hostileMessage(text, 40), { contacts: true });
    expect(mail.to).toEqual(['noc@dealer.example']);
    expect(mail.headers.map((line) => line.split(':')[0]).sort()).toEqual(
      ['Auto-Submitted', 'Content-Type', 'Date', 'From', 'MIME-Version', 'Message-ID', 'Subject', 'To'].sort(),
    );
    expect(mail.html.match(/<\/?[a-z1-9]+/gi)!.map((tag) => tag.replace(/^<\/?/, ''))).not.toContain('script');
    for (const char of mail.html + mail.text) if (isHarmful(char)) expect(char).toMatch(/[\r\n]/);
    expect(mail.source.length).toBeLessThan(400_000);
  });

  test('any text becomes a mail with the same headers', async () => {
    await fc.assert(
      fc.asyncProperty(anyText(2000), async (text) => {
        const mail = await receive(hostileMessage(text, 2));
        expect(mail.headers).toHaveLength(8);
        expect(mail.to).toEqual(['noc@dealer.example']);
      }),
      { numRuns: 20 },
    );
  });
});

describe('the server', () => {
  test('gets user and password', async () => {
    await send(settings(login));
    expect(sink.mails[0]!.login).toBe(`\0alerts\0${PASSWORD}`);
  });

  test('that refuses the login: rejected, and the password is in nothing', async () => {
    const encoded = Buffer.from(`\0alerts\0${PASSWORD}`).toString('base64');
    sink.answers = { 'AUTH PLAIN': `535 5.7.8 no: ${encoded} ${PASSWORD}` };
    const delivery = await send(settings(login));
    expect(delivery).toEqual({
      outcome: 'rejected',
      reason: 'the mail server refused the login: 535 5.7.8 no: [secret] [secret]',
    });
    sink.answers = { 'AUTH PLAIN': `535 ${encoded.slice(0, 17)} ${Buffer.from(PASSWORD).toString('base64')}` };
    expect(await send(settings(login))).toMatchObject({
      reason: 'the mail server refused the login: 535 [secret] [secret]',
    });
    sink.answers = { 'AUTH PLAIN': '454 4.7.0 later' };
    expect(await send(settings(login))).toEqual({
      outcome: 'retry',
      reason: 'the mail server refused the login: 454 4.7.0 later',
    });
  });

  test('that disabled the login for the tenant: told with its code, its text and who can change it', async () => {
    const said =
      '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. ' +
      'Visit https://aka.ms/smtp_auth_disabled for more information.';
    sink.answers = { 'AUTH PLAIN': said };
    const delivery = await send(settings(login));
    expect(delivery).toMatchObject({
      outcome: 'rejected',
      reason: expect.stringContaining(`: ${said} (in Microsoft 365`),
    });
  });

  test('what it says comes on one line, and bounded', async () => {
    sink.answers = { 'MAIL FROM': `550-5.7.1 first\r\n550 5.7.1 ${'x'.repeat(900)}` };
    const { reason } = (await send(settings())) as { reason: string };
    expect(reason).toMatch(/^the mail server answered 550-5\.7\.1 first 550 5\.7\.1 x+$/);
    expect(reason.length).toBeLessThan(300);
  });

  test.each([
    ['MAIL FROM', '451 4.3.0 later', 'retry'],
    ['MAIL FROM', '550 5.7.1 never', 'rejected'],
    ['RCPT TO', '450 4.2.1 greylisted', 'retry'],
    ['RCPT TO', '550 5.1.1 nobody of that name', 'rejected'],
    ['DATA.', '452 4.3.1 disk full', 'retry'],
    ['DATA.', '554 5.6.0 looks like spam', 'rejected'],
    ['GREETING', '421 busy', 'retry'],
    ['GREETING', '554 go away', 'rejected'],
  ])('%s answered with %s: %s', async (at, answer, outcome) => {
    sink.answers = { [at]: answer };
    const delivery = await send(settings());
    expect(delivery).toMatchObject({ outcome, reason: expect.stringContaining(answer.slice(4)) });
    expect(sink.mails).toEqual([]);
  });

  test('that refuses one of several: delivered, with a note', async () => {
    sink.answers = { 'RCPT TO:<it@': '550 5.1.1 nobody' };
    expect(await send(settings({ contacts: true }))).toEqual({
      outcome: 'delivered',
      note: 'the server refused it@muster.example',
    });
    expect(sink.mails[0]!.to).toEqual(['noc@dealer.example']);
  });

  test.each(['GREETING', 'EHLO', 'MAIL FROM', 'DATA', 'DATA.'])(
    'that drops the connection at %s: tried again',
    async (at) => {
      sink.answers = { [at]: null };
      expect(await send(settings())).toMatchObject({ outcome: 'retry' });
    },
  );

  test.each(['GREETING', 'EHLO', 'RCPT TO', 'DATA.'])(
    'that says nothing at %s: tried again after a while',
    async (at) => {
      sink.answers = { [at]: '' };
      expect(await send(settings(), message(), { timeoutMs: 150 })).toMatchObject({ outcome: 'retry' });
    },
  );

  test('is not waited for when told to end', async () => {
    sink.answers = { EHLO: '' };
    const abort = new AbortController();
    const sending = send(settings(), message(), { signal: abort.signal, timeoutMs: 1000 });
    setTimeout(() => abort.abort(), 50);
    expect(await sending).toEqual({ outcome: 'retry', reason: 'was stopped' });
  });

  test.each(['starttls', 'implicit'] as const)(
    'without TLS gets neither login nor mail where tls is %s',
    async (tls) => {
      expect((await send(settings({ ...login, tls }), message(), { timeoutMs: 500 })).outcome).not.toBe('delivered');
      expect(sink.mails).toEqual([]);
      expect(sink.lines.filter((line) => /^(?:AUTH|MAIL|DATA)/.test(line))).toEqual([]);
    },
  );

  test('what it says is told without the password', async () => {
    sink.answers = { 'MAIL FROM': `550 ${PASSWORD} \x1b[2J` };
    const delivery = await send(settings(login));
    expect(delivery).toMatchObject({ outcome: 'rejected' });
    expect(showAll(delivery)).not.toContain('swordfish');
  });
});
