import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { command as vantage } from '../../src/cli/commands/vantage.js';
import { hashToken } from '../../src/files/server/token-file.js';
import { makeCertificate } from '../vantage/make-certificate.js';
import { ask, createNonce, readEvents } from '../vantage/run-app.js';
import { createFiles, runHere, sallyport, words } from './run.js';

const files = createFiles();
const fileOf = (name: string) => join(files.directory, name);

describe('sallyport vantage token', () => {
  test('prints a token once, and keeps its hash', async () => {
    const file = fileOf('tokens');
    const made = await runHere(words(`vantage token ann --token-file ${file}`));
    expect(made.code).toBe(0);
    expect(made.stdout).toMatch(/^spt_[A-Za-z0-9_-]{43}\n$/);
    expect(made.stderr).toMatch(
      /^sallyport: the token of ann is shown only now.*\n.*has itself checked: .*--token-file/,
    );
    const hash = hashToken(made.stdout.trim()).toString('hex');
    expect(readFileSync(file, 'utf8')).toBe(`ann sha256:${hash}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const other = await runHere(words(`vantage token bob --token-file ${file} --until 2999-06-30`));
    expect(other.stdout).not.toBe(made.stdout);
    expect(readFileSync(file, 'utf8')).toMatch(/^ann .*\nbob sha256:[0-9a-f]{64} until:2999-06-30\n$/);
    const pages = await runHere(words(`serve token carl --token-file ${fileOf('pages')}`));
    expect(pages.stderr).toMatch(/carl, of role viewer, is shown only now.*\n.*reads everything: sign in with it/);
    expect(await runHere(words(`vantage revoke ann --token-file ${file}`))).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(file, 'utf8')).toMatch(/^bob /);
  });
});

describe('what is wrong is told:', () => {
  const tokens = files.write('some', `ann sha256:${hashToken('x').toString('hex')}\n`);
  const listen = '--listen 127.0.0.1:0';
  const quiet = '--sip-port 0 --stun-ports 0';

  test.each<[string, RegExp | string]>([
    ['vantage', 'no address is given to listen on: name one with --listen HOST:PORT'],
    [`vantage ${listen}`, 'no token file is given: name one with --token-file FILE'],
    [`vantage ${listen} --token-file /nonexistent/tokens`, '/nonexistent/tokens: no such file'],
    [`vantage --listen 8443 --token-file ${tokens}`, /^"8443" is not ADDRESS:PORT/],
    [
      `vantage --listen 0.0.0.0:0 --token-file ${tokens} ${quiet}`,
      /^listening on .*, beyond this machine, needs --tls-cert and --tls-key, or --behind-proxy with /,
    ],
    [`vantage ${listen} --token-file ${tokens} --tls-cert x`, '--tls-cert and --tls-key go together'],
    [
      `vantage ${listen} --token-file ${tokens} --tls-cert x --tls-key y --behind-proxy 127.0.0.1`,
      /cannot be used together/,
    ],
    [`vantage ${listen} --token-file ${tokens} --behind-proxy 0.0.0.0/0`, /^"0\.0\.0\.0\/0" is too wide/],
    [`vantage ${listen} --token-file ${tokens} --sip-port x`, '--sip-port: expected a whole number from 0 to 65535'],
    [`vantage ${listen} --token-file ${tokens} --stun-ports 3478`, /^--stun-ports: expected two ports/],
    [`vantage ${listen} --token-file ${tokens} --stun-ports 1,1`, /^--stun-ports: expected two ports/],
    [`vantage ${listen} --tokenfile ${tokens}`, 'unknown option --tokenfile (did you mean "--token-file"?)'],
    ['vantage tken ann', 'unknown command "tken" (did you mean "token"?)'],
    ['vantage token', 'name is missing; see sallyport vantage token --help'],
    ['vantage token ann', '--token-file FILE is missing; see sallyport vantage token --help'],
    [`vantage token a/b --token-file ${tokens}`, /^bad name "a\/b": letters, digits/],
    [
      `vantage token ann --token-file ${tokens}`,
      `${tokens}: has a token "ann" already; revoke it first, or choose another name`,
    ],
    [`vantage token bob --token-file ${tokens} --until 2026-02-30`, /^--until: "2026-02-30" is not a day/],
    [`vantage token bob --token-file ${tokens} --until 2020-01-01`, '--until: 2020-01-01 is past'],
    [`vantage revoke bob --token-file ${tokens}`, `${tokens}: has no token "bob"`],
  ])('%s', async (command, message) => {
    const { code, stdout, stderr } = await runHere(words(command));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const told = stderr.replace(/^sallyport: /, '').trimEnd();
    if (typeof message === 'string') expect(told).toBe(message);
    else expect(told).toMatch(message);
  });
});

describe('sallyport vantage', () => {
  test('serves until it is told to end, and logs without the token', async () => {
    const file = fileOf('own');
    const { cert, key } = makeCertificate();
    const tls = `--tls-cert ${files.write('cert.pem', cert)} --tls-key ${files.write('key.pem', key)}`;
    const token = (await sallyport(words(`vantage token ann --token-file ${file}`))).stdout.trim();
    const seen: string[] = [];
    const options = `--listen 127.0.0.1:0 --token-file ${file} ${tls} --sip-port 0 --stun-ports 0 --allow-special`;
    const ran = await sallyport(words(`vantage ${options}`), {
      onStart: (child) => {
        let told = '';
        child.stderr!.on('data', (text: string) => {
          told += text;
          const port = /listening on https:\/\/127\.0\.0\.1:(\d+)\n/.exec(told)?.[1];
          if (port === undefined || seen.length > 0) return;
          seen.push('listening');
          void useServer(Number(port), token, cert)
            .then((events) => seen.push(...events))
            .catch((error: unknown) => seen.push(String(error)))
            .finally(() => child.kill('SIGTERM'));
        });
      },
    });
    expect(seen).toEqual(['listening', 'closed', 'started', 'report', 'end']);
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: 0, stdout: '' });
    expect(ran.stderr).toMatch(/\n\S+Z ann 127\.0\.0\.1 POST \/v1\/checks 200 \d+ms\n/);
    expect(ran.stderr).toMatch(/\n\S+Z - 127\.0\.0\.1 GET - 404 \d+ms\n/);
    expect(ran.stderr).not.toContain(token);
    expect(ran.stderr).not.toContain('secret-path');
  });

  test('goes on where its log cannot be written', async () => {
    const file = fileOf('unlogged');
    const token = (await sallyport(words(`vantage token ann --token-file ${file}`))).stdout.trim();
    const statuses: number[] = [];
    const options = `--listen 127.0.0.1:0 --token-file ${file} --sip-port 0 --stun-ports 0 --allow-special`;
    const ran = await sallyport(words(`vantage ${options}`), {
      onStart: (child) => {
        child.stderr!.once('data', (text: string) => {
          child.stderr!.destroy();
          const port = Number(/:(\d+)\n/.exec(text)?.[1]);
          const askOften = async () => {
            for (let count = 0; count < 3; count++) statuses.push((await ask(port, { token })).status);
          };
          void askOften()
            .catch(() => {})
            .finally(() => child.kill('SIGTERM'));
        });
      },
    });
    expect(statuses).toEqual([200, 200, 200]);
    expect(ran.code).toBe(0);
  });

  test('tells of every option', async () => {
    const { code, stdout } = await sallyport(['vantage', '--help']);
    expect(code).toBe(0);
    for (const name of Object.keys(vantage.options)) expect(stdout).toContain(`--${name} `);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

async function useServer(port: number, token: string, cert: string): Promise<string[]> {
  await ask(port, { path: '/secret-path' }, cert);
  const body = JSON.stringify({ nonce: createNonce(), profile: 'closed', timing: 'fast' });
  const { text } = await ask(port, { method: 'POST', path: '/v1/checks', token, body }, cert);
  const events = readEvents(text);
  const { profile } = events[1]!.data as { profile: { name: string } };
  return [profile.name, ...events.map(({ event }) => event)];
}
