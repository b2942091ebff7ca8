import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { InviteFolder } from '../../src/files/invites/invite-folder.js';
import { ask } from '../vantage/run-app.js';
import { createFiles, runHere, sallyport, words } from './run.js';

const files = createFiles();
const pathOf = (name: string) => join(files.directory, name);

/** Runs a vantage with pages in a process of its own, until the work with it is done. */
async function withPages(work: (port: number) => Promise<void>) {
  await runHere(words(`vantage token ann --token-file ${pathOf('tokens')}`));
  const options = `--listen 127.0.0.1:0 --token-file ${pathOf('tokens')} --sip-port 0 --stun-ports 0 --allow-special`;
  const pages = `--invites ${pathOf('invites')} --pages --store ${pathOf('store.sqlite')}`;
  let problem: unknown = null;
  const ran = await sallyport(words(`vantage ${options} ${pages}`), {
    onStart: (child) => {
      let told = '';
      let port: string | undefined;
      child.stderr!.on('data', (text: string) => {
        told += text;
        if (port !== undefined) return;
        port = /listening on http:\/\/127\.0\.0\.1:(\d+)\n/.exec(told)?.[1];
        if (port === undefined) return;
        void work(Number(port))
          .catch((error: unknown) => void (problem = error))
          .finally(() => child.kill('SIGTERM'));
      });
    },
  });
  expect(problem).toBeNull();
  return ran;
}

/** Gives a code on the page, and returns the path of the check. */
async function giveCode(port: number, code: string): Promise<string> {
  const { text } = await ask(port, { path: '/' });
  const token = /name="token" value="([^"]+)"/.exec(text)?.[1] ?? '';
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    origin: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
  };
  const body = new URLSearchParams({ token, code }).toString();
  const answer = await ask(port, { method: 'POST', path: '/check', headers, body });
  return answer.headers.location ?? `${answer.status}`;
}

const invite = async () => (await runHere(words(`vantage invite acme --invites ${pathOf('invites')}`))).stdout.trim();

describe('sallyport vantage --pages', () => {
  test('checks who gives a code, and a check under way at its end is kept with invite and client', async () => {
    const ran = await withPages(async (port) => {
      const style = /href="(\/assets\/style-[^"]+)"/.exec((await ask(port, { path: '/' })).text)?.[1] ?? '';
      expect((await ask(port, { path: style })).status).toBe(200);
      expect(await giveCode(port, await invite())).toMatch(/^\/checks\//);
    });
    expect(ran.code).toBe(0);
    const rows = JSON.parse(
      (await runHere(['history', 'acme', '--store', pathOf('store.sqlite'), '--format', 'json'])).stdout,
    ) as { invite: string; address: string }[];
    expect(rows).toMatchObject([{ address: '127.0.0.1' }]);
    const [{ invite: id } = { invite: '' }] = rows;
    const kept = await (await InviteFolder.open(pathOf('invites'))).read(id);
    expect(kept?.report?.target.address).toBe('127.0.0.1');
    expect(readFileSync(pathOf('tokens'), 'utf8')).toMatch(/^ann /);
  });

  test('needs a folder of invites', async () => {
    const { code, stderr } = await runHere(
      words(`vantage --listen 127.0.0.1:0 --token-file ${pathOf('tokens')} --pages`),
    );
    expect(code).toBe(2);
    expect(stderr).toContain('--pages needs codes: name their folder with --invites DIR');
  });
});
