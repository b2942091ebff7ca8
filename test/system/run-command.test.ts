import { describe, expect, test } from '@jest/globals';
import { runCommand, runFirst } from '../../src/system/run-command.js';

const node = (script: string) => runCommand(process.execPath, ['-e', script]);

describe('a command of the system', () => {
  test('gives what it said and its code, in the plain language, and nothing of our environment', async () => {
    process.env['SALLYPORT_SECRET_OF_TEST'] = 'x';
    const result = await node('console.log(JSON.stringify(process.env)); console.error("no"); process.exitCode = 3');
    delete process.env['SALLYPORT_SECRET_OF_TEST'];
    expect(result).toMatchObject({ kind: 'ran', code: 3, stderr: 'no\n' });
    const env = JSON.parse((result as { stdout: string }).stdout) as Record<string, string>;
    expect(env['LC_ALL']).toBe('C');
    expect(env).not.toHaveProperty('SALLYPORT_SECRET_OF_TEST');
    expect(env).not.toHaveProperty('HOME');
  });

  test('has no shell', async () => {
    const args = ['-e', 'console.log(process.argv.slice(1).join())', '--', '$(id)', '; id', '`id`'];
    expect(await runCommand(process.execPath, args)).toMatchObject({ stdout: '$(id),; id,`id`\n' });
  });

  test('is missing, says too much, or does not end', async () => {
    expect(await runCommand('/nonexistent/program', [])).toEqual({ kind: 'missing' });
    expect(await node('process.stdout.write("x".repeat(20e6))')).toMatchObject({ kind: 'failed' });
    expect(await node('setInterval(() => {}, 1000)')).toEqual({
      kind: 'failed',
      problem: `${process.execPath} could not be run: it did not end in time`,
    });
  });

  test('is run from the first place where it is', async () => {
    const files = ['/nonexistent/a', process.execPath, '/nonexistent/b'];
    expect(await runFirst(files, ['-e', 'console.log(1)'])).toMatchObject({ stdout: '1\n' });
    expect(await runFirst(['/nonexistent/a'], [])).toEqual({ kind: 'missing' });
  });
});
