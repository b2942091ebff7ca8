import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { AlertConfig } from '../../../src/fleet/alerts/alert-config.js';
import type { ChannelSettings } from '../../../src/fleet/alerts/alert-config-schema.js';
import { deliverMessages } from '../../../src/fleet/alerts/deliver.js';
import { MassSilence } from '../../../src/fleet/sweep/mass-silence.js';
import { recordLook } from '../../../src/fleet/sweep/record-look.js';
import type { Store } from '../../../src/fleet/store/store.js';
import type { Report } from '../../../src/model/report.js';
import { sampleFinding } from '../../reports/sample-reports.js';
import { drawNothing, settingsFor } from '../alerts/samples.js';
import { openSmtpSink, type SmtpSink } from '../alerts/smtp-sink.js';
import { lookAt, openAt, violation } from '../store/looks.js';
import { beginSweep } from '../store/store-fixtures.js';
import { createClient, createStore } from './scene.js';

/*
 * What a help desk sees of one client: a thread for each problem, from its beginning to its end.
 */

let sink: SmtpSink;
let store: Store;
beforeEach(async () => {
  sink = await openSmtpSink();
  store = await createStore();
});
afterEach(() => sink.close());

const client = createClient('acme', '203.0.113.7', { name: 'Acme' });
const SHUT = lookAt({ observations: [openAt('tcp/8000', null)] });
const other = { rule: 'dmz-suspected', endpoint: null, severity: 'high' } as const;

const configFor = (mode: 'immediate' | 'digest', given: Partial<ChannelSettings<'email'>> = {}): AlertConfig => ({
  file: 'alerts.yaml',
  channels: new Map([['mail', { ...(settingsFor('email', sink.url) as ChannelSettings<'email'>), ...given }]]),
  routes: [{ to: ['mail'], severity: 'info', mode }],
  operator: { to: ['mail'] },
  reports: new Map(),
});

/** One look, and the mails that it causes. */
async function look(report: Report, alerts = configFor('immediate'), now = new Date()) {
  sink.mails.length = 0;
  const { id: sweepId } = await beginSweep(store, ['acme']);
  const finished = { sweepId, client, slot: '203.0.113.7', report, earlier: null, last: true };
  await recordLook(finished, { store, alerts, massSilence: new MassSilence(), confirm: false, now });
  await store.messages.closeDigest(sweepId, new Date());
  const { signal } = new AbortController();
  await deliverMessages(store.messages, alerts, {
    signal,
    now: () => new Date(Math.max(Date.now(), now.getTime())),
    draw: drawNothing,
  });
  return sink.mails.map(({ source }) => {
    const head = source.slice(0, source.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
    const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(head)?.[1] ?? null;
    return {
      subject: header('Subject'),
      id: header('Message-ID'),
      answers: header('In-Reply-To'),
      references: header('References'),
      auto: header('Auto-Submitted'),
      state: /This problem is (open|closed)/.exec(source)?.[1] ?? null,
    };
  });
}

test('each problem opens a thread with a mail of its own, which its end closes', async () => {
  const begun = await look(violation({}, { findings: [sampleFinding({ severity: 'high' }), sampleFinding(other)] }));
  expect(begun).toHaveLength(2);
  expect(new Set(begun.map(({ id }) => id)).size).toBe(2);
  for (const mail of begun) expect(mail).toMatchObject({ answers: null, references: null, state: 'open' });
  const dmz = begun.find(({ subject }) => subject!.includes('DMZ'))!;
  const admin = begun.find(({ id }) => id !== dmz.id)!;

  const [worse, ...none] = await look(violation({}, { findings: [sampleFinding({}), sampleFinding(other)] }));
  expect(none).toEqual([]);
  expect(worse).toMatchObject({ subject: admin.subject, answers: admin.id, references: admin.id, state: 'open' });

  const over = await look(SHUT);
  expect(over.map(({ answers, state }) => [answers, state]).sort()).toEqual(
    [
      [admin.id, 'closed'],
      [dmz.id, 'closed'],
    ].sort(),
  );
  for (const mail of over) {
    expect(mail.subject).toBe(mail.answers === admin.id ? admin.subject : dmz.subject);
    expect(mail.subject!.length).toBeLessThanOrEqual(100);
  }
  expect(new Set([...begun, worse!, ...over].map(({ id }) => id)).size).toBe(5);
});

test('what comes again after its end opens another thread', async () => {
  // So long apart that it does not count as flapping.
  const on = (report: Report, daysAgo: number) =>
    look(report, undefined, new Date(Date.now() - daysAgo * 24 * 3_600_000));
  const [first] = await on(violation(), 40);
  await on(SHUT, 30);
  const [second] = await on(violation(), 20);
  expect(second).toMatchObject({ subject: first!.subject, answers: null, state: 'open' });
  expect(second!.id).not.toBe(first!.id);
  expect(await on(SHUT, 10)).toMatchObject([{ answers: second!.id, state: 'closed' }]);
});

test('a thread is found again after a year', async () => {
  const [first] = await look(violation());
  const later = new Date(Date.now() + 365 * 24 * 3_600_000);
  expect(await look(SHUT, undefined, later)).toMatchObject([{ answers: first!.id, subject: first!.subject }]);
});

test('a digest is one mail and no thread', async () => {
  const both = violation({}, { findings: [sampleFinding({}), sampleFinding(other)] });
  expect(await look(both, configFor('digest'))).toMatchObject([{ answers: null, state: null }]);
});

test('the mark of mails that a program sends is left out where that is wanted', async () => {
  expect(await look(violation())).toMatchObject([{ auto: 'auto-generated' }]);
  expect(await look(SHUT, configFor('immediate', { autoSubmitted: false }))).toMatchObject([{ auto: null }]);
});
