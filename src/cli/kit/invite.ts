import { X509Certificate } from 'node:crypto';
import { chooseSource } from '../../check/run/run-options.js';
import { checkClientId } from '../../files/clients/inventory-schema.js';
import { InviteFolder } from '../../files/invites/invite-folder.js';
import { parseServiceOverrides } from '../../files/profiles/profile-overrides.js';
import { loadProfile } from '../../files/profiles/profile.js';
import { readCaFile } from '../../files/server/tls-files.js';
import { InputError } from '../../files/text/input-error.js';
import { formatAddress, parseAddress } from '../../model/address.js';
import { MAX_INVITE_SECONDS, MIN_INVITE_SECONDS, MOST_EXPECTED } from '../../model/vantage-api.js';
import { refuseVantageUrl } from '../../site/outside/vantage-client.js';
import { renderTime } from '../../words/time.js';
import { PROFILE, readDuration, SOURCE } from './check-options.js';
import { tell } from './ending.js';
import type { Options, Values } from './option.js';

export const INVITES = {
  invites: { required: true, value: 'DIR', describe: 'Folder of the invites' },
} as const satisfies Options;

export const INVITE_OPTIONS = {
  ...INVITES,
  ...PROFILE,
  ...SOURCE,
  valid: { value: 'TIME', otherwise: '24h', describe: 'How long it is valid, from 1m to 7d' },
  address: {
    list: true,
    value: 'ADDRESS',
    describe: 'Address that the client is known to have: anyone who comes from another one is told',
  },
  url: { value: 'URL', describe: "The vantage server's public URL: shows what to do at the site" },
  'tls-cert': { value: 'FILE', describe: 'Its certificate (PEM), if no known CA signed it' },
} as const satisfies Options;

type Settings = Values<typeof INVITE_OPTIONS> & { readonly client: string };

/** Makes an invite and returns its code, the only time that it can be seen. */
export async function makeInvite(settings: Settings): Promise<string> {
  const { client } = settings;
  checkClientId(client);
  const seconds = readDuration('valid', settings.valid ?? '24h', 60_000) / 1_000;
  if (seconds < MIN_INVITE_SECONDS || seconds > MAX_INVITE_SECONDS)
    throw new InputError(`--valid ${settings.valid}: expected from 1m to 7d`);
  const profile = await loadProfile(settings.profile ?? 'closed', {
    services: parseServiceOverrides(settings.service ?? []),
  });
  const source = chooseSource(profile, settings.source);
  const addresses = readAddresses(settings.address ?? []);
  const place = settings.url === undefined ? null : await readPlace(settings.url, settings['tls-cert']);
  if (!place && settings['tls-cert'] !== undefined) throw new InputError('--tls-cert has no effect without --url');
  const folder = await InviteFolder.open(settings.invites);
  const wanted = { client, profile: { ...profile, file: null }, source, addresses, createdBy: null };
  const { invite, code } = await folder.make(wanted, seconds, new Date());
  tell(`the code of ${client} is shown only now; it can be used once, until ${renderTime(invite.expiresAt)}`);
  if (place) {
    tell(`at the site, open ${place.url} and give the code, or run:`);
    tell(`sallyport preinstall --code ${code}@${place.host}${place.pin}`);
  }
  return code;
}

function readAddresses(texts: readonly string[]): string[] {
  if (texts.length > MOST_EXPECTED) throw new InputError(`--address: expected at most ${MOST_EXPECTED} addresses`);
  return texts.map((text) => {
    const address = parseAddress(text);
    if (!address) throw new InputError(`--address ${text}: expected an address such as 203.0.113.7`);
    return formatAddress(address);
  });
}

/** Where the vantage is, and by which certificate it is known. */
async function readPlace(text: string, certFile: string | undefined) {
  const url = URL.canParse(text) ? new URL(text) : null;
  const problem = url ? refuseVantageUrl(url) : 'it is not a URL such as https://vantage.example.com';
  if (!url || problem !== undefined) throw new InputError(`--url ${text}: ${problem}`);
  if (url.protocol !== 'https:' || url.pathname !== '/')
    throw new InputError(`--url ${text}: it must be https:// and a name, without a path`);
  const certificate = certFile === undefined ? null : new X509Certificate(await readCaFile(certFile));
  if (certificate && !certificate.checkIssued(certificate))
    throw new InputError('is not self-signed: at the site, name its CA with --vantage-ca', { file: certFile });
  const pin = certificate ? `#${certificate.fingerprint256.replaceAll(':', '').toLowerCase()}` : '';
  return { url: url.href, host: url.host, pin };
}
