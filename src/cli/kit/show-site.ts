import { InputError } from '../../files/text/input-error.js';
import { sayAge } from '../../fleet/changes/not-checked.js';
import { describeMissingReport, type ReportWanted } from '../../fleet/handover/missing-report.js';
import { listUnchecked, type UncheckedAddress } from '../../fleet/handover/read-looks.js';
import { readSite } from '../../fleet/handover/read-site.js';
import type { Store } from '../../fleet/store/store.js';
import type { Brand } from '../../model/brand.js';
import type { SiteReport } from '../../model/site.js';
import { worstVerdict } from '../../model/standing.js';
import { listUnfit, type ReportFormat } from '../../reports/registry.js';
import { SITE_REPORTERS } from '../../reports/site-reporters.js';
import { nameSiteVerdict } from '../../reports/site-words.js';
import { listChoices } from '../../words/sentence.js';
import { EXIT, tell } from './ending.js';
import { openReport, tellWritten } from './output.js';
import { chooseStyle } from './terminal.js';

/** The last report of a client's site, where nothing else was checked. */
interface FoundSite {
  readonly site: SiteReport;
  readonly unchecked: readonly UncheckedAddress[];
}

/**
 * Finds the last report of a client's site, and which addresses of the client no check has looked at.
 * @throws InputError if there is none, or if one of an address is wanted
 */
export async function findSite(store: Store, client: string, wanted: ReportWanted): Promise<FoundSite> {
  const { address, at } = wanted;
  const site = address === undefined ? await readSite(store, client, at) : null;
  if (!site) throw await describeMissingReport(store, client, wanted);
  return { site, unchecked: at ? [] : await listUnchecked(store, client, new Date()) };
}

/** How it is shown. */
interface SiteManner {
  readonly format: ReportFormat;
  readonly brand: Brand | null;
  /** Whether what was seen at a time is too old to say how it is now; null where a time was asked for. */
  readonly isStale: ((at: string) => boolean) | null;
  readonly output?: string | undefined;
  readonly force?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly color?: boolean | undefined;
  readonly full?: boolean | undefined;
}

/** Prints the report of a site as preinstall did, and what is not known besides; the exit code. */
export async function showSite({ site, unchecked }: FoundSite, manner: SiteManner): Promise<number> {
  const { format, brand, isStale, quiet, color, full } = manner;
  if (!isSiteFormat(format))
    throw new InputError(
      `only the site was checked so far, and "${format}" does not fit: ${listUnfit('site')[format]}; ` +
        `give --format ${listChoices(Object.keys(SITE_REPORTERS))}`,
    );
  const isOld = isStale?.(site.startedAt) ?? false;
  const verdict = isOld ? worstVerdict('inconclusive', site.verdict) : site.verdict;
  const output = await openReport(manner.output, manner.force);
  try {
    await output.write(SITE_REPORTERS[format](site, null, { ...chooseStyle(output, color), full, brand }));
  } finally {
    await output.close();
  }
  const notes = [
    ...(isOld ? [`the site: ${sayAge(Date.now() - Date.parse(site.startedAt))}`] : []),
    ...unchecked.map(({ slot, reason }) => `${slot}: ${reason}`),
  ];
  for (const note of quiet ? [] : notes) tell(`not checked: ${note}`);
  tellWritten(nameSiteVerdict(site.kind, verdict), ` of ${site.client ?? ''}`, manner);
  return EXIT[verdict];
}

function isSiteFormat(format: ReportFormat): format is ReportFormat & keyof typeof SITE_REPORTERS {
  return Object.hasOwn(SITE_REPORTERS, format);
}
