import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { CHECK_OPTIONS } from '../../src/cli/check-options.js';
import { createFiles, sallyport } from './run.js';

const files = createFiles();

test.concurrent('for bash is a script that bash reads', async () => {
  const { code, stdout, stderr } = await sallyport(['completion'], { env: { SHELL: '/bin/bash' } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('complete -o bashdefault -o default -F _sallyport_yargs_completions sallyport');
  const script = files.write('completion.bash', stdout);
  await promisify(execFile)('bash', ['-n', script]);
});

test.concurrent('for zsh is a script of its own', async () => {
  const { code, stdout } = await sallyport(['completion'], { env: { SHELL: '/bin/zsh' } });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^#compdef sallyport\n/);
  expect(stdout).toContain('compdef _sallyport_yargs_completions sallyport');
});

describe('completes', () => {
  /** What the script asks for, as words typed so far. */
  const complete = async (words: readonly string[], shell = '/bin/bash') => {
    const { code, stdout } = await sallyport(['--get-yargs-completions', 'sallyport', ...words], {
      env: { SHELL: shell },
    });
    expect(code).toBe(0);
    return stdout.trimEnd().split('\n');
  };

  test.concurrent('commands', async () => {
    expect(await complete([''])).toEqual(expect.arrayContaining(['check', 'profile', 'completion']));
    expect(await complete(['profile', ''])).toEqual(expect.arrayContaining(['list', 'show', 'explain', 'validate']));
  });

  test.concurrent('options', async () => {
    const options = await complete(['check', '--']);
    expect(options).toEqual(expect.arrayContaining(Object.keys(CHECK_OPTIONS).map((name) => `--${name}`)));
  });

  test.concurrent('choices', async () => {
    expect(await complete(['check', '--timing', ''])).toEqual(['polite', 'normal', 'fast']);
  });

  test.concurrent('with descriptions for zsh', async () => {
    expect(await complete([''], '/bin/zsh')).toContain('check:Check public addresses from outside');
  });
});
