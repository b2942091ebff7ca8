import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { createFiles } from './run.js';

const BIN = fileURLToPath(new URL('../../bin/sallyport.js', import.meta.url));
const files = createFiles();

/** Runs `sallyport check` on a terminal of util-linux's `script`; tells what the terminal got. */
async function checkOnTerminal(args: string, env: NodeJS.ProcessEnv = {}, ports = 'T:1'): Promise<string> {
  const typescript = join(files.directory, `${Math.random()}.txt`);
  const command = `${process.execPath} ${BIN} check --allow-special -p ${ports} --no-canaries ${args}`;
  const options = { env: { PATH: process.env['PATH'], TERM: 'xterm', ...env } };
  await promisify(execFile)('script', ['-qec', command, typescript], options);
  const text = readFileSync(typescript, 'utf8');
  return text.slice(text.indexOf('\n') + 1, text.lastIndexOf('\nScript done'));
}

(existsSync('/usr/bin/script') ? describe : describe.skip)('on a terminal', () => {
  test.concurrent('reports have colours, unless told otherwise', async () => {
    expect(await checkOnTerminal('127.0.48.1')).toContain('\x1b[32m');
    expect(await checkOnTerminal('127.0.48.1 --no-color')).not.toContain('\x1b');
    expect(await checkOnTerminal('127.0.48.1', { NO_COLOR: '1' })).not.toContain('\x1b');
    expect(await checkOnTerminal('127.0.48.1', { TERM: 'dumb' })).not.toContain('\x1b');
  });

  test.concurrent('rows come without a progress bar between them', async () => {
    const text = await checkOnTerminal('127.0.48.1-3 --no-color');
    expect(text).not.toContain('\x1b');
    expect(text).toContain('3 targets');
  });

  test.concurrent('progress shows where reports go elsewhere, on standard error alone', async () => {
    const output = join(files.directory, 'reports.ndjson');
    expect(await checkOnTerminal(`127.0.48.1-3 --format ndjson > ${output}`)).toContain('3/3');
    expect(readFileSync(output, 'utf8').trimEnd().split('\n')).toHaveLength(3);
    const many = await checkOnTerminal(`127.0.48.1-3 -o ${output} --force`);
    expect(many).toContain('3/3');
    const last = many.trimEnd().split('\n').at(-1);
    expect(last).toContain(`sallyport: COMPLIANT: the report of 3 targets is in ${output}`);
    expect(await checkOnTerminal(`127.0.48.1-3 -o ${output} --force --quiet`)).toBe('');
  });

  test.concurrent(
    'progress shows the endpoints of a single target where they are many, and goes before the report',
    async () => {
      const text = await checkOnTerminal('127.0.48.1 --no-color --timing fast', {}, 'T:20001-21500');
      expect(text).toContain('/1500');
      expect(text.lastIndexOf('/1500')).toBeLessThan(text.indexOf('127.0.48.1\r\n'));
    },
  );

  test.concurrent('a single check shows what it waits for where that takes more than a second', async () => {
    // A socket that no one reads is silent.
    const quiet = createSocket('udp4').bind(0, '127.0.48.4');
    await once(quiet, 'listening');
    try {
      const text = await checkOnTerminal(
        '127.0.48.4 --no-color --timeout 2.5 --no-ping || true',
        {},
        `U:${quiet.address().port}`,
      );
      expect(text).toContain('/1');
      expect(text.lastIndexOf('/1,')).toBeLessThan(text.indexOf('127.0.48.4\r\n'));
    } finally {
      quiet.close();
    }
  });
});
