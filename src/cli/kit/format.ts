import { basename } from 'node:path';
import { InputError } from '../../files/text/input-error.js';
import type { Reporter } from '../../reports/reporter.js';
import { listUnfit, REPORT_FORMATS, REPORTERS, type ReportFormat, type Shown } from '../../reports/registry.js';
import { listChoices } from '../../words/sentence.js';

/*
 * The option --format, of all that shows reports, and the format that the name of a file stands for.
 */

/** Endings of files that are not plain text, of formats that we do not have. */
const FOREIGN: ReadonlySet<string> = new Set([
  ...['tsv', 'htm', 'html', 'pdf', 'xls', 'xlsx', 'ods', 'doc', 'docx', 'odt', 'xml', 'yaml', 'yml', 'md'],
]);

/** What the help says of exit codes of another kind. */
export const PLUGIN_CODES =
  'Exit codes with --format nagios: 0 OK, 1 warning (below --critical-from), 2 critical, 3 unknown or an error';

/** Declares `--format` where reports of addresses are shown. */
export const REPORT_FORMAT = declareFormat('report', REPORT_FORMATS, {});
/** Declares `--format` of a sweep. */
export const SWEEP_FORMAT = declareFitting('results', 'sweep');
/** Declares `--format` of clients as they stand. */
export const CLIENTS_FORMAT = declareFitting('list', 'clients');

/** Declares `--format` of the report of a site. */
export function declareSiteFormat<const F extends string>(choices: readonly F[]) {
  return declareFormat('report', choices, listUnfit('site'));
}

function declareFitting(what: string, shown: Shown) {
  const unfit = listUnfit(shown);
  const fitting = REPORT_FORMATS.filter((id) => !Object.hasOwn(unfit, id));
  return declareFormat(what, fitting, unfit);
}

function declareFormat<const F extends string>(
  what: string,
  choices: readonly F[],
  unfit: Readonly<Record<string, string>>,
) {
  return {
    format: { choices, unfit, otherwise: 'as the file is called, or table', describe: `Format of the ${what}` },
  } as const;
}

/**
 * The format of what is written: the one that is given, the one that the name of the file ends with, or else a table or
 * what stands in its place.
 * @param declared as `--format` of the command
 * @throws InputError for the ending of several formats, or of one that the command does not have
 */
export function chooseFormat<F extends string, O extends string = 'table'>(
  { format, output }: { readonly format: F | undefined; readonly output: string | undefined },
  { choices, unfit }: { readonly choices: readonly F[]; readonly unfit: Readonly<Record<string, string>> },
  otherwise = 'table' as O,
): F | O {
  if (format !== undefined) return format;
  const file = basename(output ?? '').toLowerCase();
  const parts = file.split('.');
  // The longest first: `name.sarif.json` is not JSON of ours.
  const endings = parts.length < 2 ? [] : parts.map((_, index) => parts.slice(index).join('.'));
  for (const ending of endings) {
    const own = choices.find((one) => one === ending);
    if (own !== undefined) return own;
    const named = listFormatsOf(ending);
    const [id] = named;
    if (id === undefined) continue;
    const give = `give --format ${listChoices(choices)}`;
    const refuse = (problem: string) => new InputError(problem, { file: output });
    if (named.length > 1) throw refuse(`".${ending}" may be ${listChoices(named)}: ${give}`);
    const fits = choices.find((one) => one === id);
    if (fits === undefined)
      throw refuse(`"${id}" does not fit: ${unfit[id] ?? 'it is not one of those here'}; ${give}`);
    return fits;
  }
  const last = parts.length < 2 ? '' : parts.at(-1)!;
  if (!FOREIGN.has(last)) return otherwise;
  throw new InputError(`there is no format ".${last}" here: give --format ${listChoices(choices)}`, { file: output });
}

function listFormatsOf(ending: string): ReportFormat[] {
  return REPORT_FORMATS.filter((id) => {
    const { endings = [] }: Reporter = REPORTERS[id];
    return id === ending || endings.includes(ending);
  });
}
