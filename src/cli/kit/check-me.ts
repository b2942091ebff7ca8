import { readFile } from 'node:fs/promises';
import { InputError } from '../../files/text/input-error.js';
import type { VantagePlugin } from '../../vantage/vantage-app.js';
import { PACKAGE_ROOT } from '../../version.js';
import { BRAND, readBrand } from './brand.js';
import { inGroup, type Values } from './option.js';
import { chooseStore } from './store.js';

export const CHECK_ME = inGroup('Invites:', {
  invites: { value: 'DIR', describe: 'Folder of invites, whose codes callers may use once instead of a token' },
  pages: { switch: true, describe: 'Serve pages on which someone at a site gives a code and reads the report' },
  ...BRAND,
  store: {
    value: 'FILE',
    otherwise: 'none',
    describe: 'With --pages: database of results and history that also gets the reports',
  },
});

type Settings = Values<typeof CHECK_ME> & { readonly quiet: boolean | undefined };

/** The pages of a vantage, and the store that gets their reports. */
export interface CheckMe {
  readonly plugin: VantagePlugin;
  /** To be called once the vantage is closed. */
  close(): Promise<void>;
}

/** Opens what the pages of a vantage need; null if it has none. */
export async function openCheckMe(settings: Settings): Promise<CheckMe | null> {
  if (!settings.pages) return null;
  if (settings.invites === undefined) throw new InputError('--pages needs codes: name their folder with --invites DIR');
  const brand = await readBrand(settings, 'html');
  // Heavy; help and tokens do without them.
  const { createCheckMe } = await import('../../web/check-me/check-me.js');
  const { openStore } = await import('../../fleet/store/open-store.js');
  const { takeSiteCheck } = await import('../../fleet/sweep/take-site-check.js');
  const store = settings.store === undefined ? null : await openStore(chooseStore(settings.store));
  const plugin = createCheckMe({
    brand,
    readBuilt: (name) => readFile(new URL(`dist/web/browser/${name}`, PACKAGE_ROOT)),
    keep: async ({ id: invite, client, profile }, report) => {
      const terms = { profile, failOn: report.failOn, now: new Date() };
      if (store) await takeSiteCheck(store, { client, invite, report }, terms);
    },
  });
  return { plugin, close: async () => store?.close() };
}
