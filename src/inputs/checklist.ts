import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Checklist } from '../model/checklist.js';
import { PACKAGE_ROOT } from '../package-root.js';
import { checkSchema } from './check-schema.js';
import { checklistFileSchema, type ChecklistFile, readValidDays } from './checklist-schema.js';
import { throwErrors } from './combine-errors.js';
import { InputError } from './input-error.js';
import { isProfileFile } from './profile-chain.js';
import { quote } from './quote.js';
import { suggest } from './suggest.js';
import { problemAt, readYaml, type KeyPath, type YamlDocument } from './yaml-document.js';

/** The checklists that come with the package; the path holds from src and from dist. */
const SHIPPED = fileURLToPath(new URL('profiles/checklists/', PACKAGE_ROOT));

/** The checklist that holds where none is given. */
export const DEFAULT_CHECKLIST = 'nec-sl';

/**
 * Loads a shipped checklist by name, or one from a file (given with a path or .yaml ending).
 * @throws InputError with a line, as `file:line:column: key: problem`, for each problem
 */
export async function loadChecklist(nameOrFile: string): Promise<Checklist> {
  const document = await readYaml(await findChecklistFile(nameOrFile));
  const data = checkSchema(document, checklistFileSchema);
  throwErrors([...findRepeats(document, data), ...findUnattested(document, data)]);
  const { name, title, items } = data;
  return {
    name,
    title,
    items: items.map((item) => ({
      ...{ id: item.id, title: item.title, programs: item.programs, rule: item.rule, how: item.how },
      attestedBy: item['attested-by'] ?? [],
      measuredBy: item['measured-by'] ?? null,
      validDays: readValidDays(item),
    })),
  };
}

async function findChecklistFile(nameOrFile: string): Promise<string> {
  if (isProfileFile(nameOrFile)) return nameOrFile;
  const names = (await readdir(SHIPPED)).flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? []).sort();
  if (names.includes(nameOrFile)) return join(SHIPPED, `${nameOrFile}.yaml`);
  throw new InputError(
    `no checklist ${quote(nameOrFile)}${suggest(nameOrFile, names)}; there are ${names.join(', ')}, ` +
      'and files, given with a path or .yaml ending',
  );
}

function findRepeats(document: YamlDocument, { items }: ChecklistFile): InputError[] {
  const seen = new Set<string>();
  return items.flatMap(({ id }, index) => {
    if (seen.has(id)) return problemAt(document, ['items', index, 'id'], `${quote(id)} is given twice`);
    seen.add(id);
    return [];
  });
}

/** Items that nobody stands for, or two: sallyport and people. */
function findUnattested(document: YamlDocument, { items }: ChecklistFile): InputError[] {
  return items.flatMap((item, index) => {
    const at = (key: KeyPath, problem: string) => problemAt(document, ['items', index, ...key], problem);
    const isMeasured = item['measured-by'] !== undefined;
    if (!isMeasured && !item['attested-by']) return at([], 'give attested-by or measured-by');
    const idle = (['attested-by', 'valid-days'] as const).filter((key) => isMeasured && item[key] !== undefined);
    return idle.map((key) => at([key], 'is of no use with measured-by'));
  });
}
