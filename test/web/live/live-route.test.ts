import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openStore } from '../../../src/fleet/store/open-store.js';
import { site, survey } from '../../check/rules/build-survey.js';
import { addSweep, client } from '../../cli/filled-store.js';
import { servePages } from '../serve.js';

const CLOSED = survey(site());
const ago = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();
const acme = client('acme');

interface State {
  readonly version: string;
  readonly html: string;
  readonly gapMs: number;
}

/** What a page hears, until the stream is left. */
async function* listen(port: number): AsyncGenerator<State> {
  const stop = new AbortController();
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/live`, { signal: stop.signal });
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of answer.body!) {
      const events = (text + decoder.decode(chunk, { stream: true })).split('\n\n');
      text = events.pop()!;
      for (const event of events) {
        const data = /^event: state\ndata: (.*)$/.exec(event)?.[1];
        if (data !== undefined) yield JSON.parse(data) as State;
      }
    }
  } finally {
    stop.abort();
  }
}

test('what the store hears is told to pages that listen, the newest state first', async () => {
  const { port, directory } = await servePages();
  const versions: string[] = [];
  for await (const { version } of listen(port)) {
    versions.push(version);
    if (versions.length > 1) break;
    await addSweep(join(directory, 'store.sqlite'), ago(1), [{ client: acme, survey: CLOSED }]);
  }
  expect(versions[0]).not.toBe(versions[1]);
});

test.each(['/live', '/checks/nothing/live'])('%s ends soon for whoever is signed out', async (path) => {
  const { port, signIn, submit, tokenFile, served } = await servePages({
    withTokens: true,
    limits: { keepAliveSeconds: 0.05 },
  });
  for (const end of [
    (cookie: string) => submit('/sign-out', {}, { headers: { cookie } }),
    () => writeFile(tokenFile, '', { mode: 0o600 }).then(() => served.reload()),
  ]) {
    const cookie = await signIn('viewer');
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie } });
    let text = '';
    for await (const chunk of answer.body!) {
      if (text === '') await end(cookie);
      text += Buffer.from(chunk).toString();
    }
    expect(text).toMatch(/event: failed\ndata: .*you are signed out/);
  }
});

test('how far a sweep is comes with what is told, so that no page is asked for it', async () => {
  const { port, directory } = await servePages();
  const store = await openStore(join(directory, 'store.sqlite'));
  const owner = { host: 'test', pid: process.pid };
  const plan = { inventory: '/clients.yaml', filter: {}, owner, startedAt: new Date() };
  const states: string[] = [];
  try {
    for await (const { html } of listen(port)) {
      states.push(html);
      if (states.length > 1) break;
      await store.beginSweep(plan, [acme]);
    }
  } finally {
    await store.close();
  }
  expect(states[0]).toBe('<div data-part="sweeps"></div>');
  expect(states[1]).toContain('<progress');
  expect(states[1]).toContain('0 of 1 client');
});

test('what a GET would answer can be asked for by HEAD, except for streams', async () => {
  const { port } = await servePages();
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'HEAD' });
    return [answer.status, answer.headers.get('content-type'), (await answer.text()).length];
  };
  expect(await ask('/')).toEqual([200, 'text/html; charset=utf-8', 0]);
  expect(await ask('/metrics')).toEqual([200, expect.stringMatching(/^text\/plain/), 0]);
  expect((await ask('/badge/nobody.svg'))[0]).toBe(404);
  expect((await ask('/live'))[0]).toBe(404);
});
