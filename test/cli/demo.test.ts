import { expect, test } from '@jest/globals';
import { sallyport, words } from './run.js';

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

test('takes no other site', async () => {
  const { code, stderr } = await sallyport(words('demo dnz'));
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'sallyport: sites: expected dmz, forwarded, upnp or hostile (did you mean "dmz"?)\n',
  });
});
