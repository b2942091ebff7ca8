import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { command as check } from '../../src/cli/commands/check.js';
import { site, survey } from '../check/rules/build-survey.js';
import { addSweep, client } from './filled-store.js';
import { createFiles, runHere, sallyport } from './run.js';

const BIN = fileURLToPath(new URL('../../bin/sallyport.js', import.meta.url));

const files = createFiles();

test('for bash is a script that bash reads', async () => {
  const { code, stdout, stderr } = await sallyport(['completion'], { env: { SHELL: '/bin/bash' } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('complete -o bashdefault -o default -F _sallyport sallyport');
  const script = files.write('completion.bash', stdout);
  await promisify(execFile)('bash', ['-n', script]);
});

test('for zsh is a script of its own', async () => {
  const { code, stdout } = await runHere(['completion'], { env: { SHELL: '/bin/zsh' } });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^#compdef sallyport\n/);
  expect(stdout).toContain('compdef _sallyport sallyport');
});

describe('completes', () => {
  /** What the script asks for: words typed so far, the last one perhaps not to its end. */
  const complete = async (words: readonly string[], shell = 'bash') => {
    const { code, stdout, stderr } = await runHere(['--complete', shell, ...words]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.trimEnd().split('\n');
  };

  test('commands', async () => {
    expect(await complete([''])).toEqual(expect.arrayContaining(['check', 'profile', 'completion']));
    expect(await complete(['profile', ''])).toEqual(expect.arrayContaining(['list', 'show', 'explain', 'validate']));
  });

  test('options', async () => {
    const options = await complete(['check', '--']);
    expect(options).toEqual(expect.arrayContaining(Object.keys(check.options).map((name) => `--${name}`)));
  });

  test('choices', async () => {
    expect(await complete(['check', '--timing', ''])).toEqual(['polite', 'normal', 'fast']);
  });

  test('what a word and an option stand for, as far as it is typed', async () => {
    expect(await complete(['check', '--profile', 'sip'])).toEqual(['sip-trunk']);
    expect(await complete(['check', '203.0.113.7', '-q', '--profile', 'clo'])).toEqual(['closed']);
    expect(await complete(['profile', 'show', 'cl'])).toEqual(['closed']);
    expect(await complete(['help', 'pre'])).toEqual(['preinstall']);
    expect(await complete(['waive', 'acme', 'admin-interface'])).toEqual(['admin-interface-reachable']);
  });

  test('clients, of the store or the inventory that is named', async () => {
    const store = join(files.directory, 'store.sqlite');
    const empty = survey(site());
    await addSweep(store, '2026-11-01T03:00:00.000Z', [
      { client: client('acme'), survey: empty },
      { client: client('beta'), survey: empty },
    ]);
    expect(await complete(['history', '--store', store, ''])).toEqual(['acme', 'beta']);
    expect(await complete(['waive', '--store', store, 'b'])).toEqual(['beta']);
    const inventory = files.write('clients.csv', 'id,address\nthird,192.0.2.1\n');
    expect(await complete(['sweep', '--inventory', inventory, '--client', ''])).toEqual(['third']);
  });

  test.each([
    [['check', '']],
    [['check', '--output', '']],
    [['nonsense', '']],
    [['profile', 'show', 'closed', '']],
    [['history', '--store', '/nonexistent/store', '']],
  ])('nothing where nothing is known, so that the shell offers files: %j', async (words) => {
    expect(await complete(words)).toEqual(['']);
  });

  test('in bash, through the script', async () => {
    const { stdout: script } = await runHere(['completion', 'bash']);
    const file = files.write(
      'try.bash',
      `${script}\nsallyport() { ${process.execPath} ${BIN} "$@"; }\nCOMP_WORDS=(sallyport check --timing '')\nCOMP_CWORD=3\n_sallyport\nprintf '%s\\n' "\${COMPREPLY[@]}"\n`,
    );
    const { stdout } = await promisify(execFile)('bash', [file]);
    expect(stdout).toBe('polite\nnormal\nfast\n');
  });

  test('with descriptions for zsh', async () => {
    expect(await complete([''], 'zsh')).toContain('check:Check public addresses from outside');
  });
});
