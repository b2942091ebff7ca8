import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createSocket } from 'node:dgram';
import { describeMoved } from '../../src/cli/commands/demo.js';
import type { MovedPort } from '../../src/lab/start-site.js';
import { runHere, sallyport, words } from './run.js';

test('shows the chosen sites, and leaves them running for as long as is wanted', async () => {
  let checks: Promise<unknown[]> | undefined;
  let shown = '';
  const ran = await sallyport(words('demo forwarded dmz --keep'), {
    onStart: (child) => {
      child.stdout!.on('data', (text: string) => (shown += text));
      child.stderr!.on('data', () => {
        const joined = shown.replaceAll(/ \\\n */g, ' ');
        const calls = [...joined.matchAll(/^ {2}sallyport (check 127\.0\.0\.1[12].*)$/gm)].map(([, call = '']) => call);
        // The report tells why, where it is not as expected.
        const check = async (call: string, index: number) => {
          const { code, stdout } = await sallyport(words(call));
          return code === index ? code : stdout;
        };
        checks ??= Promise.all(calls.slice(0, 2).map(check)).finally(() => child.kill('SIGINT'));
      });
    },
  });
  expect(await checks).toEqual([0, 1]);
  expect(ran).toMatchObject({ code: 0, stderr: 'sallyport: press Ctrl-C to stop the sites\n' });
  expect(ran.stdout).toMatch(/^ {2}forwarded +compliant .* as expected\n {2}dmz +violation .* as expected$/m);
});

describe('why a site is not on its usual ports', () => {
  const say = (...moved: MovedPort[]) => describeMoved({ address: '127.0.0.11' }, { address: '127.0.0.1', moved });

  test.each<[MovedPort[], string[]]>([
    [[], []],
    [[{ port: 8000, why: 'taken' }], ['Port 8000 is taken, so the site uses other ports; --service names them.']],
    [
      [
        { port: 8000, why: 'taken' },
        { port: 80, why: 'not allowed' },
        { port: 443, why: 'not allowed' },
      ],
      [
        'Ports 80 and 443 need rights that this user does not have, and port 8000 is taken, so the site uses other ports; --service names them.',
      ],
    ],
    [
      [{ port: 80, why: 'address' }],
      ['This system does not have the address 127.0.0.11, so the site is at 127.0.0.1, on other ports.'],
    ],
  ])('%j', (moved, lines) => {
    expect(say(...moved)).toEqual(lines);
  });

  test('is said where the demo finds a port taken', async () => {
    // If anyone else has it, it is as taken.
    const taken = createSocket('udp4').on('error', () => {});
    taken.bind(5060, '127.0.0.12');
    await Promise.race([once(taken, 'listening'), once(taken, 'error')]);
    try {
      const { code, stdout } = await runHere(words('demo forwarded'));
      expect(code).toBe(0);
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain('Port 5060 is taken, so the site uses other ports');
    } finally {
      taken.close();
    }
  });
});

test('takes no other site', async () => {
  const { code, stderr } = await sallyport(words('demo dnz'));
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'sallyport: sites: expected dmz, forwarded, upnp or hostile (did you mean "dmz"?)\n',
  });
});
