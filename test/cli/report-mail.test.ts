import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { loadAlertConfig } from '../../src/fleet/alerts/alert-config.js';
import { deliverMessages } from '../../src/fleet/alerts/deliver.js';
import { openStore } from '../../src/fleet/store/open-store.js';
import { ReportClock } from '../../src/fleet/sweep/report-clock.js';
import type { Handover } from '../../src/model/handover.js';
import { createReportDrawer } from '../../src/cli/kit/report-mail.js';
import { answer, canaries, services, site, survey } from '../check/rules/build-survey.js';
import { type MailPart, readMail } from '../fleet/alerts/mail-parts.js';
import { HOSTILE } from '../fleet/alerts/samples.js';
import { readAttachment, readPdf } from '../reports/document/read-pdf.js';
import { openSmtpSink, type SmtpSink } from '../fleet/alerts/smtp-sink.js';
import { addSweep, client } from './filled-store.js';
import { createFiles, runHere, sallyport } from './run.js';

jest.setTimeout(60_000);

const files = createFiles();
const closed = survey(site());
const webPro = survey(site(answer('tcp/80', 'nec-webpro', { label: 'NEC WebPro' })));
const dead = survey([...services('silent'), ...canaries('filtered')]);

let sink: SmtpSink;
beforeAll(async () => void (sink = await openSmtpSink()));
afterAll(() => sink.close());

const unexpected = (line: string) => {
  throw new Error(line);
};

const PEOPLE = {
  acme: { name: 'Acme & Söhne', contacts: ['eva@acme.example', 'it@acme.example'] },
  beta: { name: 'Beta Zwei', contacts: ['boss@beta.example'] },
  mute: { name: 'Mute', contacts: [] },
} as const;

const inventory = files.write(
  'clients.yaml',
  [
    'clients:',
    ...Object.entries(PEOPLE).map(
      ([id, { name, contacts }], n) =>
        `  - {id: ${id}, name: ${JSON.stringify(name)}, address: 203.0.113.${7 + n}, contacts: ${JSON.stringify(contacts)}}`,
    ),
    '  - {id: away, address: 203.0.113.20, contacts: [x@away.example], paused: true}',
    '  - {id: new, address: 203.0.113.21, contacts: [x@new.example]}',
    '',
  ].join('\n'),
);

let count = 0;
function writeAlerts(report: string): string {
  const brand = files.write('brand.yaml', 'name: Telefon Schmidt\nphone: 030 999\n');
  expect(brand).toContain('brand.yaml');
  return files.write(
    `alerts-${count++}.yaml`,
    [
      'channels:',
      `  mail: {kind: email, host: 127.0.0.1, port: ${new URL(sink.url).port}, from: Dealer <a@dealer.example>, to: [noc@dealer.example]}`,
      'routes: []',
      'operator: {to: [mail]}',
      'reports:',
      `  monthly: {schedule: "0 7 1 * *", timeZone: Europe/Berlin, ${report}}`,
      '',
    ].join('\n'),
  );
}

/** A store in which acme has an open WebPro, beta is as agreed, and mute and away were checked. */
async function fillStore({ early = '2026-11-02T03:00:00.000Z' } = {}): Promise<string> {
  const path = join(files.directory, `${count++}.sqlite`);
  const one = (id: keyof typeof PEOPLE | 'away', n: number, what = closed) => ({
    client: client(id, id === 'away' ? {} : { ...PEOPLE[id], contacts: [...PEOPLE[id].contacts] }),
    slot: `203.0.113.${n}`,
    survey: { ...what, target: { ...what.target, input: `203.0.113.${n}`, name: null, address: `203.0.113.${n}` } },
  });
  await addSweep(path, early, [one('acme', 7), one('beta', 8), one('mute', 9), one('away', 20)]);
  await addSweep(path, '2026-11-12T03:00:00.000Z', [one('acme', 7, webPro), one('beta', 8)]);
  return path;
}

const run = (alerts: string, store: string, ...more: string[]) =>
  runHere(['alert', 'report', 'monthly', '--alerts', alerts, '--inventory', inventory, '--store', store, ...more]);

const attached = (parts: readonly MailPart[]) =>
  parts.find(({ head }) => /^Content-Disposition: attachment/im.test(head))!;

describe('alert report', () => {
  test('lists who gets what, and why others get nothing', async () => {
    const alerts = writeAlerts('to: contacts, through: mail');
    const { code, stdout, stderr } = await run(alerts, await fillStore());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^acme {2}sallyport-acme-\d{4}-\d\d(?:-\d\d)?\.pdf {2}to eva@acme\.example, it@acme/);
    expect(lines.slice(2)).toEqual([
      'mute  no report: without a contact',
      'away  no report: paused',
      'new  no report: without a check so far',
      '2 clients would get it, 3 would not; nothing was sent',
    ]);
  });

  test('--to sends the report of one client to another address, and to no one else', async () => {
    sink.mails.length = 0;
    const store = await fillStore();
    const alerts = writeAlerts('to: contacts, through: mail, format: html, brand: brand.yaml');
    expect(await run(alerts, store, '--to', 'me@dealer.example', '--client', 'beta')).toEqual({
      code: 0,
      stdout: 'the report of beta was delivered to me@dealer.example\n',
      stderr: '',
    });
    expect(sink.mails.map(({ to }) => to)).toEqual([['me@dealer.example']]);
    const { text, parts } = readMail(sink.mails[0]!);
    expect(text).toContain('Telefon Schmidt');
    expect(attached(parts).bytes.toString()).toContain('Telefon Schmidt');
  });

  test('of all clients: one mail, to the channel', async () => {
    sink.mails.length = 0;
    const alerts = writeAlerts('of: fleet, to: [mail], format: html');
    const store = await fillStore();
    const { stdout } = await run(alerts, store);
    expect(stdout).toMatch(
      /^all clients {2}sallyport-all-clients-\d{4}-\d\d\S* {2}to noc@dealer\.example; nothing was sent\n$/,
    );
    expect(await run(alerts, store, '--now')).toMatchObject({
      ...{ code: 0, stderr: '' },
      stdout: '1 sent, 0 to be tried again, 0 given up\n',
    });
    expect(sink.mails.map(({ to }) => to)).toEqual([['noc@dealer.example']]);
    const { text, parts } = readMail(sink.mails[0]!);
    expect(text).toContain('Action needed');
    expect(text).toContain('WebPro');
    expect(attached(parts).bytes.toString()).toContain('Acme &amp; Söhne');
    expect(await run(alerts, store, '--to', 'me@dealer.example')).toMatchObject({
      ...{ code: 0, stdout: 'the report of all clients was delivered to me@dealer.example\n' },
    });
    expect(sink.mails.at(-1)?.to).toEqual(['me@dealer.example']);
  });

  test('--now: each to its own contacts, with its own data alone', async () => {
    sink.mails.length = 0;
    const { code, stdout, stderr } = await run(
      ...[writeAlerts('to: contacts, through: mail'), await fillStore(), '--now'],
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: '2 sent, 0 to be tried again, 0 given up\n' });
    expect(stderr).toContain('no report for clients without a contact: mute');
    const mails = sink.mails.toSorted((a, b) => Number(a.to[0]! > b.to[0]!) - 1);
    expect(mails.map(({ to }) => to)).toEqual([['boss@beta.example'], ['eva@acme.example', 'it@acme.example']]);
    for (const [mail, other] of [
      [mails[0]!, /acme|Söhne|203\.0\.113\.7/i],
      [mails[1]!, /beta|203\.0\.113\.8|boss@/i],
    ] as const) {
      const { headers, parts } = readMail(mail);
      const shown = parts.map(({ head, bytes, type }) =>
        type === 'application/pdf' ? head + readAttachment(readPdf(bytes)) : head + bytes.toString(),
      );
      expect(shown).toHaveLength(3);
      for (const text of [headers.join('\n'), ...shown]) expect(text).not.toMatch(other);
    }
  });

  test('to the channel: the addresses of the channel, a mail for each client, and a command for the dealer', async () => {
    sink.mails.length = 0;
    await run(writeAlerts('to: [mail]'), await fillStore(), '--now', '--client', 'acme', '--client', 'mute');
    expect(sink.mails.map(({ to }) => to)).toEqual([['noc@dealer.example'], ['noc@dealer.example']]);
    expect(sink.mails.map((mail) => readMail(mail).text).join()).toContain('Next: sallyport show acme');
  });

  test('mistakes are told', async () => {
    const [alerts, store] = [writeAlerts('to: [mail]'), await fillStore()];
    const fails = async (...args: string[]) => (await run(alerts, store, ...args)).stderr;
    expect(await fails('--to', 'x', '--now')).toContain('give --to or --now, not both');
    expect(await fails('--to', 'x@')).toContain('--to: "x@" is not an e-mail address');
    const other = await runHere([
      'alert',
      'report',
      'montly',
      '--alerts',
      alerts,
      '--inventory',
      inventory,
      '--store',
      store,
    ]);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean "monthly"?') });
  });
});

/** Has the report of November 2026 queued, as a watch does that runs then. */
async function queueNovember(path: string, alerts: string, clients = [client('acme', PEOPLE.acme)]) {
  const store = await openStore(path);
  const config = await loadAlertConfig(alerts, {});
  const watched = { inventory, chosen: '', clients, alerts: config };
  const clock = new ReportClock(store);
  await clock.plan(watched, new Date('2026-11-20T00:00:00Z'));
  await clock.queueDue(watched, new Date('2026-12-01T06:00:03Z'));
  return { store, config };
}

/** Delivers what is due at a time, and gives the mails that came. */
async function deliverAt({ store, config }: Awaited<ReturnType<typeof queueNovember>>, time: string) {
  sink.mails.length = 0;
  const { signal } = new AbortController();
  await deliverMessages(store.messages, config, {
    signal,
    now: () => new Date(time),
    draw: createReportDrawer(store, unexpected),
  });
  return sink.mails.map((mail) => ({ ...mail, ...readMail(mail) }));
}

describe('a mail with a report', () => {
  test('says the verdict, what changed and what to do first, and has the report attached', async () => {
    const queued = await queueNovember(await fillStore(), writeAlerts('to: contacts, through: mail'));
    const [mail, ...more] = await deliverAt(queued, '2026-12-01T06:00:05Z');
    expect(more).toEqual([]);
    expect(mail!.header('From')).toBe('Dealer <a@dealer.example>');
    expect(mail!.header('Auto-Submitted')).toBe('auto-generated');
    expect(mail!.header('Message-ID')).toMatch(/^<[0-9a-f]{32}@dealer\.example>$/);
    expect(mail!.header('Subject')).toMatch(/^=\?UTF-8\?/);
    expect(mail!.text).toMatch(/^Acme & Söhne: Action needed\r?\n {2}- 1 thing is not as agreed/);
    expect(mail!.text).toContain('Checked in this time: 203.0.113.7, 2 times, last at 2026-11-12 03:00:00 UTC');
    expect(mail!.text).toMatch(/What we found\r?\n {2}- Critical: /);
    expect(mail!.text).toMatch(/What changed since 2026-11-01 06:00:00 UTC\r?\n {2}- 2026-11-12 .*WebPro/);
    expect(mail!.text).toContain('What to do first');
    expect(mail!.text).toContain('The full report is attached');
    expect(mail!.text).not.toContain('sallyport show');
    const { head, bytes, type } = attached(mail!.parts);
    expect(type).toBe('application/pdf');
    expect(head).toContain('filename=sallyport-acme-2026-11.pdf');
    const data = JSON.parse(readAttachment(readPdf(bytes))) as Handover;
    expect(data).toMatchObject({ client: { name: 'Acme & Söhne' }, madeAt: '2026-12-01T06:00:00.000Z' });
    expect(data.addresses.map(({ report }) => report.verdict)).toEqual(['violation']);
    // The next report that someone makes begins there.
    expect(await queued.store.handed.findLast('acme', new Date('2026-12-24'))).toEqual({
      ...{ clientId: 'acme', how: 'mail' },
      ...{ until: '2026-12-01T06:00:00.000Z', at: '2026-12-01T06:00:05.000Z' },
    });
    await queued.store.close();
  });

  test('has the same content and id whenever it is sent, whatever was checked meanwhile', async () => {
    const path = await fillStore();
    const queued = await queueNovember(path, writeAlerts('to: contacts, through: mail'));
    sink.answers = { 'MAIL FROM': '451 later' };
    expect(await deliverAt(queued, '2026-12-01T06:00:05Z')).toEqual([]);
    sink.answers = { 'DATA.': null };
    const lost = sink.lines.length;
    expect(await deliverAt(queued, '2026-12-01T08:00:00Z')).toEqual([]);
    expect(sink.lines.length).toBeGreaterThan(lost);
    sink.answers = {};
    await addSweep(path, '2026-12-01T09:00:00.000Z', [
      { client: client('acme', PEOPLE.acme), survey: closed, slot: '203.0.113.7' },
    ]);
    const [mail] = await deliverAt(queued, '2026-12-01T12:00:00Z');
    expect(mail!.text).toContain('Action needed');
    expect(mail!.text).toContain('last at 2026-11-12 03:00:00 UTC');
    expect(await deliverAt(queued, '2026-12-02T12:00:00Z')).toEqual([]);
    await queued.store.close();
  });

  test('of a client that was not checked in this time says so, and that nothing is known', async () => {
    const queued = await queueNovember(await fillStore(), writeAlerts('to: [mail], format: html'), [client('mute')]);
    const store = queued.store;
    // January is about December.
    const january = new ReportClock(store);
    const watched = { inventory, chosen: '', clients: [client('mute')], alerts: queued.config };
    await january.plan(watched, new Date('2027-01-01T06:00:03Z'));
    await january.queueDue(watched, new Date('2027-01-01T06:00:03Z'));
    const mails = await deliverAt(queued, '2027-01-01T06:00:05Z');
    const old = mails.find(({ header }) => header('Subject')!.includes('2026-12'))!;
    const told =
      '203.0.113.9: not checked in the time of this report. What it shows is how it was at 2026-11-02 03:00:00 UTC.';
    expect(old.text).toMatch(/^Mute: Not determined\r?\n/);
    expect(old.text).toContain(told);
    expect(old.text).toContain('Nothing is known of this time, because there was no check.');
    expect(old.text).not.toContain('We noticed no change');
    expect(attached(old.parts).bytes.toString()).toContain(told);
    await store.close();
  });

  test('an exposure that is out of sight stays in it, also if it was seen again before the mail left', async () => {
    const path = await fillStore();
    const acme = { client: client('acme', PEOPLE.acme), slot: '203.0.113.7' };
    await addSweep(path, '2026-11-20T03:00:00.000Z', [{ ...acme, survey: dead }]);
    const queued = await queueNovember(path, writeAlerts('to: contacts, through: mail'));
    await addSweep(path, '2026-12-01T06:30:00.000Z', [{ ...acme, survey: webPro }]);
    const [mail] = await deliverAt(queued, '2026-12-01T07:00:00Z');
    expect(mail!.text).toContain('Not seen this time, and not known to be closed');
    expect(mail!.text).toMatch(/^Acme & Söhne: No answer/);
    await queued.store.close();
  });

  test('hostile names become no header, no markup and no path', async () => {
    const path = await fillStore();
    const evil = client('acme', { name: HOSTILE, contacts: [`${HOSTILE} <x@y.example>`, 'it@acme.example'] });
    await addSweep(path, '2026-11-13T03:00:00.000Z', [{ client: evil, survey: webPro, slot: '203.0.113.7' }]);
    const queued = await queueNovember(path, writeAlerts('to: contacts, through: mail, format: html'), [evil]);
    const [mail] = await deliverAt(queued, '2026-12-01T06:00:05Z');
    expect(mail!.headers.map((line) => line.split(':')[0]).sort()).toEqual(
      ['Auto-Submitted', 'Content-Type', 'Date', 'From', 'MIME-Version', 'Message-ID', 'Subject', 'To'].sort(),
    );
    expect(mail!.to).not.toContain('x@example.com');
    const html = mail!.parts.filter(({ type }) => type === 'text/html').map(({ bytes }) => bytes.toString());
    expect(html).toHaveLength(2);
    for (const page of html) expect(page).not.toMatch(/<script/i);
    await queued.store.close();
  });

  test('what can no longer be sent is given up, with the reason', async () => {
    const path = await fillStore();
    const alerts = writeAlerts('to: contacts, through: mail');
    const { store, config } = await queueNovember(path, alerts);
    expect(await deliverAt({ store, config: { ...config, reports: new Map() } }, '2026-12-01T06:00:05Z')).toEqual([]);
    expect(await store.messages.listFailed(5)).toMatchObject([{ error: 'this report is no longer configured' }]);
    await store.messages.retryFailed(new Date('2026-12-01T06:00:05Z'));
    await store.forgetClient('acme');
    expect(await deliverAt({ store, config }, '2026-12-01T06:00:05Z')).toEqual([]);
    expect(await store.messages.listFailed(5)).toMatchObject([
      { error: 'the store has no check of this client any more' },
    ]);
    await store.close();
  });
});

/** Checks that are older than what a watch makes up for on any day. */
const LONG_AGO = { early: '2024-12-02T03:00:00.000Z' };

/** Starts a watch with a report that has been due for long, as it knows. */
function startWatch(path: string, alerts: string) {
  const args = ['watch', '--inventory', inventory, '--alerts', alerts, '--store', path];
  let child: ChildProcess | undefined;
  const ended = sallyport(args, { onStart: (started) => void (child = started) });
  return { ended, kill: (signal: NodeJS.Signals) => void child!.kill(signal) };
}

async function noteOld(path: string, alerts: string): Promise<void> {
  const store = await openStore(path);
  const config = await loadAlertConfig(alerts, {});
  const chosen = JSON.stringify([[], [], []]);
  await new ReportClock(store).plan({ inventory, chosen, clients: [], alerts: config }, new Date('2025-01-01'));
  await store.close();
}

async function until(done: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_000 && !done(); tries++) await new Promise((resolve) => setTimeout(resolve, 25));
  expect(done()).toBe(true);
}

/** Runs another watch until it has sent what was queued for it alone: it looked for reports before. Its lines. */
async function watchOnce(path: string, alerts: string): Promise<string> {
  const at = new Date().toISOString();
  const event = { type: 'operator', at, title: 'Marker', detail: '' } as const;
  const store = await openStore(path);
  await store.messages.enqueueAll([{ key: `marker-${at}`, channel: 'mail', digest: false, sweepId: null, event, at }]);
  await store.close();
  const { ended, kill } = startWatch(path, alerts);
  await until(() => sink.mails.some(({ source }) => source.includes('Marker')));
  kill('SIGTERM');
  sink.mails.splice(
    sink.mails.findIndex(({ source }) => source.includes('Marker')),
    1,
  );
  return (await ended).stderr;
}

/** The operator hears of the clients that get nothing. */
const RECIPIENTS = ['boss@beta.example', 'eva@acme.example', 'noc@dealer.example'];
const recipients = () => sink.mails.map(({ to }) => to[0]).sort();

describe('watch', () => {
  test('makes up for a time that was missed, once, with two watches at once and one after them', async () => {
    sink.mails.length = 0;
    const [path, alerts] = [await fillStore(LONG_AGO), writeAlerts('to: contacts, through: mail')];
    await noteOld(path, alerts);
    const both = [startWatch(path, alerts), startWatch(path, alerts)];
    await until(() => sink.mails.length >= RECIPIENTS.length);
    for (const { kill } of both) kill('SIGTERM');
    const ran = await Promise.all(both.map(({ ended }) => ended));
    expect(ran.map(({ code }) => code)).toEqual([0, 0]);
    const told = ran.map(({ stderr }) => stderr).join('');
    expect(told.match(/report monthly of \S+: 2 mails queued/g)).toHaveLength(1);
    expect(await watchOnce(path, alerts)).not.toContain('queued');
    expect(recipients()).toEqual(RECIPIENTS);
  });

  test('killed while it sends, loses no report and sends none twice', async () => {
    sink.mails.length = 0;
    const [path, alerts] = [await fillStore(LONG_AGO), writeAlerts('to: contacts, through: mail')];
    await noteOld(path, alerts);
    sink.answers = { 'MAIL FROM': '' };
    sink.lines.length = 0;
    const first = startWatch(path, alerts);
    await until(() => sink.lines.some((line) => line.startsWith('MAIL FROM')));
    first.kill('SIGKILL');
    expect((await first.ended).code).toBeNull();
    sink.answers = {};
    expect(sink.mails).toEqual([]);
    // Nothing is queued again; what was under way comes back when its lease is over.
    expect(await watchOnce(path, alerts)).not.toContain('queued');
    const store = await openStore(path);
    const { signal } = new AbortController();
    const later = new Date(Date.now() + 600_000);
    const config = await loadAlertConfig(alerts, {});
    await deliverMessages(store.messages, config, {
      signal,
      now: () => later,
      draw: createReportDrawer(store, unexpected),
    });
    await store.close();
    expect(recipients()).toEqual(RECIPIENTS);
  });
});
