import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/fleet/store/open-store.js';
import type { AlertEvent } from '../../src/model/alert.js';
import { openHttpSink, type HttpSink } from '../fleet/alerts/http-sink.js';
import { clientEvent } from '../fleet/alerts/samples.js';
import { openSmtpSink, type SmtpSink } from '../fleet/alerts/smtp-sink.js';
import { createFiles, runHere, sallyport } from './run.js';

const files = createFiles();
const KEY = 'correct horse battery staple';

let http: HttpSink;
let smtp: SmtpSink;
beforeAll(async () => {
  http = await openHttpSink('/T0SECRET');
  http.answer = confirm;
  smtp = await openSmtpSink();
});
afterAll(() => Promise.all([http.close(), smtp.close()]));

/** Confirms a message as its service does; that of ntfy has its title in a header. */
const confirm: HttpSink['answer'] = (response, { headers }) => response.end(headers['title'] ? '{"id":"x"}' : 'ok');

let configs = 0;
/** A configuration with a channel of each kind, all at the sinks. */
function writeConfig(): string {
  const { origin } = new URL(http.url);
  chmodSync(files.write('key', `${KEY}\n`), 0o600);
  return files.write(
    `alerts-${configs++}.yaml`,
    [
      'channels:',
      `  main: {kind: webhook, url: {env: HOOK}, secret: {file: key}}`,
      `  chat: {kind: slack, url: {env: HOOK}}`,
      `  push: {kind: ntfy, server: "${origin}", topic: T0SECRET}`,
      `  mail: {kind: email, host: 127.0.0.1, port: ${new URL(smtp.url).port}, from: a@example.com, to: [b@example.com]}`,
      `  down: {kind: teams, url: {env: DOWN}}`,
      'routes: [{to: [main]}]',
      'operator: {to: [mail]}',
      '',
    ].join('\n'),
  );
}

const environment = () => ({ HOOK: http.url, DOWN: http.url.replace('/T0SECRET', '/T1SECRET'), NO_COLOR: '1' });
const run = (...args: string[]) => runHere(['alert', ...args], { env: environment() });
const runApart = (...args: string[]) => sallyport(['alert', ...args], { env: environment() });

/** A store with one message for each of these channels. */
async function fillStore(name: string, ...channels: string[]): Promise<string> {
  const path = join(files.directory, name, 'store.sqlite');
  const store = await openStore(path);
  const event: AlertEvent = clientEvent({ client: { name: '\x1b[2J\u202eMuster' } });
  await store.write(async (tx) => {
    for (const channel of channels) {
      await tx.enqueue({
        key: `${name}/${channel}`,
        channel,
        digest: false,
        sweepId: null,
        event,
        at: '2026-01-01T08:00:00.000Z',
      });
    }
  });
  await store.close();
  return path;
}

describe('alert test', () => {
  test.each([
    ['main', 'JSON'],
    ['chat', 'Slack'],
    ['push', 'ntfy'],
  ])('sends through %s what nobody takes for an alert', async (channel) => {
    http.received.length = 0;
    expect(await run('test', channel, '--alerts', writeConfig())).toEqual({
      code: 0,
      stdout: `${channel}: delivered\n`,
      stderr: '',
    });
    const [{ body, headers }] = http.received as [(typeof http.received)[0]];
    expect(`${body} ${String(headers['title'])}`).toContain('Test message: nothing has happened');
  });

  test('sends a mail', async () => {
    expect((await run('test', 'mail', '--alerts', writeConfig())).code).toBe(0);
    expect(smtp.mails.at(-1)!.source).toContain('Test message: nothing has happened');
  });

  test('ends with 1 where it was not delivered, and shows no secret', async () => {
    http.answer = (response, { path }) => response.writeHead(403).end(`forbidden: ${path} \x1b[2J`);
    const { code, stdout, stderr } = await run('test', 'down', '--alerts', writeConfig());
    http.answer = confirm;
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'sallyport: down: not delivered: answered 403: forbidden: /[secret] \\x1b[2J\n',
    });
  });

  test('ends with 1 where a 200 confirms nothing', async () => {
    http.answer = (response) => response.end('no_service');
    const { code, stdout, stderr } = await run('test', 'chat', '--alerts', writeConfig());
    http.answer = confirm;
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'sallyport: chat: not delivered: answered 200, but not as Slack confirms a message: no_service\n',
    });
  });

  test('of a channel that is not there', async () => {
    const file = writeConfig();
    expect(await run('test', 'mian', '--alerts', file)).toEqual({
      code: 2,
      stdout: '',
      stderr: `sallyport: ${file}: there is no channel "mian" (did you mean "main"?)\n`,
    });
  });
});

describe('alert validate', () => {
  test('lists the channels of a file that is right', async () => {
    const file = writeConfig();
    const { code, stdout, stderr } = await run('validate', '--alerts', file);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').slice(0, 2)).toEqual([`${file}: valid`, 'main  JSON to a program of your own, signed']);
    expect(stdout).not.toMatch(/SECRET|horse/);
  });

  test('tells all mistakes with exit code 2, and no secret', async () => {
    const file = files.write(
      'wrong.yaml',
      'channels:\n  main: {kind: slack, url: "https://hooks.example.com/T0SECRET"}\n  x: {kind: teams, url: {env: NONE}}\nroutes: []\n',
    );
    const { code, stdout, stderr } = await run('validate', '--alerts', file);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringContaining(`${file}:2:23: channels.main.url: expected {env: NAME} or {file: PATH}`),
      expect.stringContaining('key "operator" is missing'),
    ]);
    expect(stderr).not.toContain('SECRET');
  });

  test('needs the file', async () => {
    expect(await run('validate')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'sallyport: --alerts FILE is missing; see sallyport alert validate --help\n',
    });
  });
});

describe('the outbox', () => {
  test('send delivers what is due, list tells what is left, retry puts it back', async () => {
    const store = await fillStore('outbox', 'main', 'mail', 'down', 'gone');
    const alerts = writeConfig();
    expect((await run('list', '--store', store)).stdout).toBe('4 waiting, 0 held for a digest, 0 given up\n');
    http.received.length = 0;
    http.answer = (response, { path }) => response.writeHead(path === '/T1SECRET' ? 500 : 200).end();
    const sent = await run('send', '--alerts', alerts, '--store', store);
    // The third is to the operator, of the one that was given up.
    expect(sent).toMatchObject({ code: 1, stdout: '3 sent, 1 to be tried again, 1 given up\n' });
    expect(smtp.mails.at(-1)!.source).toContain('The last try: this channel is no longer configured');
    expect(sent.stderr.trimEnd().split('\n').sort()).toEqual([
      expect.stringMatching(/^sallyport: alert to down is tried again after \S+Z: answered 500$/),
      'sallyport: alert to gone is given up: this channel is no longer configured',
    ]);
    expect(http.received.map(({ path }) => path).sort()).toEqual(['/T0SECRET', '/T1SECRET']);

    const listed = await run('list', '--store', store);
    expect(listed.code).toBe(0);
    expect(listed.stdout.split('\n')).toEqual([
      '1 waiting, 0 held for a digest, 1 given up',
      expect.stringMatching(/^2026-01-01T08:00:00\.000Z {2}gone {2}1 try {2}this channel is no longer configured/),
      'sallyport alert retry puts them back in the queue',
      '',
    ]);
    expect(JSON.parse((await run('list', '--store', store, '--format', 'json')).stdout)).toMatchObject({
      waiting: 1,
      held: 0,
      failed: 1,
      failedMessages: [{ channel: 'gone', attempts: 1 }],
    });
    expect((await run('retry', '--store', store)).stdout).toMatch(/^1 message will be sent again/);
    expect((await run('list', '--store', store)).stdout).toBe('2 waiting, 0 held for a digest, 0 given up\n');
    for (const { stdout, stderr } of [sent, listed]) expect(stdout + stderr).not.toMatch(/SECRET|horse/);
  });

  test('nothing to do is no failure', async () => {
    const store = await fillStore('empty');
    expect(await run('send', '--alerts', writeConfig(), '--store', store)).toEqual({
      code: 0,
      stdout: '0 sent, 0 to be tried again, 0 given up\n',
      stderr: '',
    });
  });

  test('two that send at once deliver each message once', async () => {
    const store = await fillStore('two', 'main', 'chat', 'push');
    http.received.length = 0;
    http.answer = (response, request) => setTimeout(() => confirm(response, request), 50);
    const alerts = writeConfig();
    const both = await Promise.all([1, 2].map(() => runApart('send', '--alerts', alerts, '--store', store)));
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(http.received).toHaveLength(3);
  });
});
