import { openStore } from '../fleet/store/open-store.js';
import { DEFAULT_CHECKLIST, loadChecklist } from '../files/checklists/checklist.js';
import { checkClientId } from '../files/clients/inventory-schema.js';
import { InputError } from '../files/text/input-error.js';
import { requireLanAddresses } from '../files/targets/lan-address.js';
import { loadProfile } from '../files/profiles/profile.js';
import { parseServiceOverrides } from '../files/profiles/profile-overrides.js';
import { readCaFile } from '../files/vantage/tls-files.js';
import { readTokenFile } from '../files/vantage/token-file.js';
import { refuseVantageUrl, VantageClient } from '../site/outside/vantage-client.js';
import type { Checklist } from '../model/checklist.js';
import { MAX_BINDING_SECONDS } from '../model/vantage-api.js';
import { listOwnAddresses } from '../net/sockets/addresses.js';
import { preinstall } from '../site/preinstall.js';
import { chooseSource } from '../check/run/run-options.js';
import { EXIT } from './exit-codes.js';
import { openOutput } from './output.js';
import type { PreinstallSettings } from './preinstall-options.js';
import { readChecklistState } from './read-checklist-state.js';
import { readSettings } from './settings.js';
import { catchSignals } from './signals.js';
import { chooseStorePath } from './store-path.js';
import { readDuration } from './sweep-settings.js';
import { createStepTeller } from './tell-step.js';
import { writeSiteReport } from './write-site-report.js';

/** Reports of earlier runs that are looked at, to tell since when something is so. */
const EARLIER = 20;

/** Verifies a site as the options say; the exit code. */
export async function runPreinstallFromOptions(args: Readonly<Record<string, unknown>>): Promise<number> {
  const settings = await readSettings('preinstall', args);
  const site = await readSite(settings);
  const outside = await readOutside(settings);
  const checklist = await readChecklist(site.client, settings.checklist);
  const store = await openStore(chooseStorePath(settings.store));
  const ending = catchSignals();
  try {
    const newest = await store.listSiteReports(site.client, EARLIER);
    const earlier = newest.map(({ report }) => report).reverse();
    const last = settings.again ? earlier.at(-1) : null;
    if (last === undefined) throw new InputError(describeNoEarlier(site.client));
    const output = await openOutput(settings.output);
    try {
      const report = await preinstall({
        ...site,
        ...outside,
        checklist: checklist && site.client ? await readChecklistState(store, checklist, site.client) : null,
        earlier,
        onStep: createStepTeller(settings.quiet),
        signal: ending.signal,
      });
      await store.addSiteReport(report);
      await writeSiteReport(report, last, settings, output);
      return EXIT[report.verdict];
    } finally {
      await output.close();
    }
  } finally {
    ending.release();
    await store.close();
  }
}

async function readSite(settings: PreinstallSettings) {
  const { gateway = [], multicast, 'pbx-address': pbxAddress = null, 'stand-in': standIn = false } = settings;
  const pbx = pbxAddress === null ? [] : [pbxAddress];
  requireLanAddresses({ '--gateway': gateway, '--pbx-address': pbx }, 'sallyport preinstall');
  if (standIn && pbxAddress !== null) requireOwnAddress(pbxAddress);
  if (!standIn && settings['firewall-open']) throw new InputError('--firewall-open is of no use without --stand-in');
  const profile = await loadProfile(settings.profile ?? 'closed', {
    services: parseServiceOverrides(settings.service ?? []),
  });
  return {
    client: readClient(settings.client),
    profile,
    source: settings.source === undefined ? undefined : chooseSource(profile, settings.source),
    pbxAddress,
    standIn,
    firewallAttested: settings['firewall-open'],
    lan: { gateways: settings.gateway, multicast },
  };
}

function readClient(ids: readonly string[] = []): string | null {
  if (ids.length > 1) throw new InputError('--client: one site at a time');
  const [id = null] = ids;
  if (id !== null) checkClientId(id);
  return id;
}

async function readOutside(settings: PreinstallSettings) {
  const { vantage, 'token-file': tokenFile, 'vantage-ca': caFile } = settings;
  if (vantage === undefined)
    throw new InputError('no vantage is given: name one with --vantage URL; from inside alone looks sallyport lan');
  if (tokenFile === undefined) throw new InputError('no token is given: name its file with --token-file FILE');
  const url = URL.canParse(vantage) ? new URL(vantage) : null;
  const problem = url ? refuseVantageUrl(url) : 'it is no URL, such as https://vantage.example.com';
  if (!url || problem !== undefined) throw new InputError(`--vantage ${vantage}: ${problem}`);
  const token = await readTokenFile(tokenFile);
  const ca = caFile === undefined ? undefined : await readCaFile(caFile);
  return {
    vantage: new VantageClient({ url, token, ...(ca !== undefined && { ca }) }),
    vantageName: url.host,
    timing: settings.timing,
    bindingSeconds: readBinding(settings.binding),
  };
}

function readBinding(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seconds = Math.round(readDuration('binding', text, 0) / 1_000);
  if (seconds >= 1 && seconds <= MAX_BINDING_SECONDS) return seconds;
  throw new InputError(`--binding ${text}: expected from 1s to ${MAX_BINDING_SECONDS / 60}m`);
}

/** A stand-in can only listen at an address that this machine has. */
function requireOwnAddress(address: string): void {
  if (listOwnAddresses().has(address)) return;
  const add: Partial<Record<NodeJS.Platform, string>> = {
    linux: `sudo ip address add ${address}/24 dev INTERFACE`,
    darwin: `sudo ifconfig INTERFACE alias ${address} 255.255.255.0`,
    win32: `netsh interface ipv4 add address "INTERFACE" ${address} 255.255.255.0`,
  };
  const how = add[process.platform];
  throw new InputError(
    `--pbx-address ${address}: this machine does not have that address, so it can not stand in for the phone system. ` +
      `Give it the address (with the network's own mask)${how ? `: ${how}` : ''}`,
  );
}

async function readChecklist(client: string | null, name: string | undefined): Promise<Checklist | null> {
  if (client !== null) return loadChecklist(name ?? DEFAULT_CHECKLIST);
  if (name === undefined) return null;
  throw new InputError('--checklist needs --client: answers are kept by client');
}

function describeNoEarlier(client: string | null): string {
  const whose = client === null ? 'without --client' : `of client "${client}"`;
  return `--again: there is no earlier run ${whose} in the store to compare with`;
}
