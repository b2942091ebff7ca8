import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));
const OPEN_STORE = join('fleet', 'store', 'open-store.ts');
const read = (file: string): string => readFileSync(join(SRC, file), 'utf8');

test('a service loads at its start what the code below the command line would load late', () => {
  const below = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
    // A service opens its store at its start.
    (file) => /\.tsx?$/.test(file) && !/^cli\b/.test(file) && file !== OPEN_STORE,
  );
  const late = below.flatMap((file) => {
    const code = read(file);
    const imports = code.match(/(?<!typeof )\bimport\('/g) ?? [];
    const loaders = [...code.matchAll(/^const import(\w+) = \(\) => import\('/gm)].map(([, name]) => name!);
    return imports.length > loaders.length ? [`${file} imports without a loader`] : loaders;
  });
  expect(late).toContain('PdfPage');
  const early = read('cli/kit/load-early.ts');
  expect(late.filter((name) => !early.includes(`load${name}(),`) && !early.includes(`load${name}()]`))).toEqual([]);
});
