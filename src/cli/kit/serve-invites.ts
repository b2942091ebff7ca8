import { InviteFolder } from '../../files/invites/invite-folder.js';
import { readCaFile } from '../../files/server/tls-files.js';
import { readTokenFile } from '../../files/server/token-file.js';
import { InputError } from '../../files/text/input-error.js';
import { stateOfInvite } from '../../model/invite.js';
import { refuseVantageUrl, VantageClient } from '../../site/outside/vantage-client.js';
import { VantageError } from '../../site/outside/vantage-error.js';
import type { InvitePlace } from '../../web/invites/invite-desk.js';

interface InviteSettings {
  readonly invites?: string | undefined;
  readonly 'invite-page'?: string | undefined;
  readonly vantage?: string | undefined;
  readonly 'vantage-token'?: string | undefined;
  readonly 'vantage-ca'?: string | undefined;
}

/**
 * Where codes for a vantage's page are made: in the folder that it shares with us, or by the server itself; null if
 * nowhere.
 * @throws InputError
 */
export async function readInvites(settings: InviteSettings, signal: AbortSignal): Promise<InvitePlace | null> {
  const { invites, vantage, 'vantage-token': tokenFile, 'vantage-ca': caFile, 'invite-page': page = null } = settings;
  if (invites !== undefined && vantage !== undefined)
    throw new InputError('--invites and --vantage are two ways to make codes: give one');
  if (page !== null && invites === undefined && vantage === undefined)
    throw new InputError('--invite-page has no effect without --invites or --vantage');
  if (vantage === undefined && (tokenFile !== undefined || caFile !== undefined))
    throw new InputError('--vantage-token and --vantage-ca have no effect without --vantage');
  if (page !== null && !/^https:\/\/[^/]+\/?$/.test(page))
    throw new InputError(`--invite-page ${page}: it must be https:// and a name, without a path`);
  if (invites !== undefined) return shareFolder(await InviteFolder.open(invites), page);
  if (vantage === undefined) return null;
  const url = URL.canParse(vantage) ? new URL(vantage) : null;
  const problem = url ? refuseVantageUrl(url) : 'it is not a URL such as https://vantage.example.com';
  if (!url || problem !== undefined) throw new InputError(`--vantage ${vantage}: ${problem}`);
  if (tokenFile === undefined) throw new InputError('--vantage needs a token: name its file with --vantage-token FILE');
  const token = await readTokenFile(tokenFile);
  const ca = caFile === undefined ? undefined : await readCaFile(caFile);
  return askServer(new VantageClient({ url, token, ...(ca !== undefined && { ca }) }), page ?? url.href, signal);
}

/** The folder of invites of a vantage server on this machine. */
export function shareFolder(folder: InviteFolder, page: string | null): InvitePlace {
  return {
    page,
    make: async (wanted, seconds, now) => {
      const { invite, code } = await folder.make(wanted, seconds, now);
      return { id: invite.id, code, expiresAt: invite.expiresAt };
    },
    read: async (id, now) => {
      const invite = await folder.read(id);
      return invite && { state: stateOfInvite(invite, now), report: invite.report };
    },
  };
}

/** A vantage server that is asked over its API. */
export function askServer(vantage: VantageClient, page: string, signal: AbortSignal): InvitePlace {
  return {
    page,
    make: ({ client, profile, source, addresses }, seconds) =>
      tellPlainly(() => vantage.makeInvite({ client, profile, source, addresses, seconds }, signal)),
    read: (id) =>
      tellPlainly(async () => {
        const answer = await vantage.readInvite(id, signal).catch(skipMissing);
        if (!answer) return null;
        const { id: own, state, report } = answer;
        if (own !== id) throw new InputError(`the vantage answers with another invite than ${id}`);
        return { state, report };
      }),
  };
}

function skipMissing(error: unknown): null {
  if (error instanceof VantageError && error.kind === 'missing') return null;
  throw error;
}

/** Why a server could not be asked, as what the user can do something about. */
async function tellPlainly<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof VantageError ? new InputError(error.message) : error;
  }
}
