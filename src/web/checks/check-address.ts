import { prepareCheck, runCheck } from '../../check/run/check.js';
import type { Inventory } from '../../files/clients/inventory.js';
import { listShipped } from '../../files/shipped.js';
import { parseTargetSpec } from '../../files/targets/targets.js';
import { InputError } from '../../files/text/input-error.js';
import type { Report } from '../../model/report.js';
import { quoteInput, suggest } from '../../words/input.js';
import type { DealerFiles } from '../dealer-files.js';
import type { CheckFigures } from './check-client.js';
import type { CheckWork } from './checks.js';

/** An address that someone wants checked, as they gave it. */
export interface AskedAddress {
  /** One address, or a name. */
  readonly target: string;
  /** One of {@link listCheckProfiles}. */
  readonly profile: string;
  /** Which of the profile's sources we are; `outsider` if not given. */
  readonly source?: string | undefined;
  /** Who allowed the check, and a reference: the report records it. */
  readonly authorizedBy: string;
}

/** Names of the profiles that an address can be checked by: what is shipped, and the files that clients are checked by. */
export async function listCheckProfiles({ clients }: Inventory): Promise<readonly string[]> {
  return [...new Set([...(await listShipped('profile')), ...clients.map(({ profile }) => profile)])];
}

/**
 * What checks one address now, as the sweeps are made but for the store: nothing is kept of it but its report.
 * @throws InputError if it may not be checked, or what was given is not right
 */
export async function checkAddress(
  asked: AskedAddress,
  { files, figures }: { readonly files: DealerFiles; readonly figures: CheckFigures },
): Promise<CheckWork> {
  const spec = parseTargetSpec(asked.target);
  if (spec.count > 1n) throw new InputError(`${quoteInput(spec.text)} is several addresses: give one address or name`);
  const { inventory } = await files.read();
  await requireKnownProfile(asked.profile, inventory);
  const { onProgress: _, ...alike } = figures;
  const { profile, source, authorizedBy } = asked;
  const prepared = await prepareCheck({ ...alike, profile, source, authorizedBy, targets: [spec], tellExcluded: true });
  if (prepared.total === 0) throw new InputError(`${quoteInput(spec.text)} is excluded from all checks of this server`);
  return async (see, signal) => {
    const reports: Report[] = [];
    const onEndpoint: typeof see = (...seen) => {
      figures.onEndpoint?.(...seen);
      see(...seen);
    };
    for await (const report of runCheck(prepared, { signal, onEndpoint })) reports.push(report);
    if (reports.length === 0)
      throw new InputError(`all addresses of ${quoteInput(spec.text)} are excluded from the checks of this server`);
    return { reports, unchecked: [] };
  };
}

/** A path of a caller's own would have us read any file. */
async function requireKnownProfile(name: string, inventory: Inventory): Promise<void> {
  if ((await listCheckProfiles(inventory)).includes(name)) return;
  const shipped = await listShipped('profile');
  throw new InputError(
    `no profile ${quoteInput(name)}${suggest(name, shipped)}; there are ${shipped.join(', ')}, and those of clients`,
  );
}
