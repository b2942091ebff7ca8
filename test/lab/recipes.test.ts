import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { execute, must } from './namespace.js';

/*
 * The recipes of the documentation, read by the programs that they are for. A container cannot be built here: no image
 * may be fetched.
 */

const directory = mkdtempSync(join(tmpdir(), 'sallyport-recipes-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Recipe {
  readonly page: string;
  readonly text: string;
}

/** What the pages have in fences of a language. */
const RECIPES = readdirSync('docs')
  .filter((file) => file.endsWith('.md'))
  .flatMap((page) =>
    [...readFileSync(join('docs', page), 'utf8').matchAll(/^```(\w+)\n(.*?)\n```$/gms)].map(
      ([, language = '', text = '']) => ({ page, language, text }),
    ),
  );
const ofLanguage = (wanted: string): Recipe[] => RECIPES.filter(({ language }) => language === wanted);

const UNITS = ofLanguage('ini').filter(({ text }) => text.includes('[Service]'));
const MANIFESTS = ofLanguage('yaml').filter(({ text }) => text.startsWith('apiVersion:'));

/** Expects of a command line, without the program, that our command has all of its options. */
async function expectKnown([command = '', ...words]: readonly string[]): Promise<void> {
  const help = await must([process.execPath, 'bin/sallyport.js', command, '--help']);
  const options = words.flatMap((word) => /^--[\w-]+/.exec(word) ?? []);
  expect(options.filter((option) => !help.includes(`${option} `))).toEqual([]);
}

describe('units of systemd', () => {
  test('are on these pages', () => {
    expect(UNITS.map(({ page }) => page)).toEqual(['scale.md', 'vantage.md', 'watch.md']);
  });

  test.each(UNITS)('of $page are understood in full', async ({ page, text }) => {
    const file = join(directory, `${page}.service`);
    // What they start is not installed here.
    writeFileSync(file, text.replaceAll('=/usr/bin/sallyport ', '=/bin/true '));
    const { code, stdout, stderr } = await execute(['systemd-analyze', 'verify', '--man=no', file]);
    expect({ code, said: stdout + stderr }).toEqual({ code: 0, said: '' });
  });

  test.each(UNITS)('of $page start a command with options that it has', async ({ text }) => {
    const [, line = ''] = /^ExecStart=\/usr\/bin\/sallyport (.*(?:\\\n.*)*)$/m.exec(text) ?? [];
    expect(line).not.toBe('');
    await expectKnown(line.replaceAll('\\\n', ' ').trim().split(/\s+/));
  });
});

describe('manifests of Kubernetes', () => {
  test('are on this page', () => {
    expect(MANIFESTS.map(({ page }) => page)).toEqual(['scale.md']);
  });

  test.each(MANIFESTS)(
    'of $page are of the kinds that they say, with nothing that those do not have',
    async (recipe) => {
      for (const document of parseAllDocuments(recipe.text)) {
        const given = document.toJS() as Manifest;
        // kubectl reads it as what it is, without a server: what is no field of that is lost.
        const read = await must(
          ['kubectl', 'set', 'env', '--local', '-f', '-', 'ADDED=1', '-o', 'json'],
          String(document),
        );
        expect(JSON.parse(read)).toMatchObject(withAdded(given));
      }
    },
  );

  test.each(MANIFESTS)('of $page start a command with options that it has', async ({ text }) => {
    for (const document of parseAllDocuments(text))
      for (const { args } of (document.toJS() as Manifest).spec.template.spec.containers) await expectKnown(args);
  });
});

interface Manifest {
  readonly spec: { template: { spec: { containers: { args: string[]; env: object[] }[] } } };
}

/** With what kubectl was asked to add. */
function withAdded(given: Manifest): Manifest {
  for (const { env } of given.spec.template.spec.containers) env.push({ name: 'ADDED', value: '1' });
  return given;
}
