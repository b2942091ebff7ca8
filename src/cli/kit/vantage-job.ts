import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { parseCode } from '../../files/invites/invite-code.js';
import { keepJob, type KeptJob, readKeptJob } from '../../files/invites/job-file.js';
import { readCaFile } from '../../files/server/tls-files.js';
import { readTokenFile } from '../../files/server/token-file.js';
import { InputError } from '../../files/text/input-error.js';
import { findPinned, takeJob } from '../../site/outside/take-job.js';
import { refuseVantageUrl, VantageClient } from '../../site/outside/vantage-client.js';
import { renderTime } from '../../words/time.js';
import { tell } from './ending.js';
import { findStoreDirectory } from './store.js';

/** The options that say which vantage is asked, and how it knows us. */
interface VantageSettings {
  readonly code?: string | undefined;
  readonly vantage?: string | undefined;
  readonly 'token-file'?: string | undefined;
  readonly 'vantage-ca'?: string | undefined;
  readonly store?: string | undefined;
  readonly quiet?: boolean | undefined;
}

/** What was meant by `--code`. */
interface JobLine {
  readonly code: string;
  readonly url: URL;
  /** SHA-256 of the vantage's certificate, hexadecimal; null: a known CA vouches for it. */
  readonly fingerprint: string | null;
}

/** The job of a code; null if none is given. */
export async function findJob(settings: VantageSettings, signal: AbortSignal): Promise<KeptJob | null> {
  const { code, vantage, 'token-file': tokenFile, 'vantage-ca': ca, store } = settings;
  if (code === undefined) return null;
  if (vantage !== undefined || tokenFile !== undefined)
    throw new InputError('--code has the vantage server and a token: leave out --vantage and --token-file');
  const kept = await readJob(code, { store, ca }, signal);
  const { client, profile, until } = kept.job;
  if (!settings.quiet) tell(`the job of ${client}, profile ${profile.name}: valid until ${renderTime(until)}`);
  return kept;
}

/** The vantage that is asked: that of a job, or the one that is named. */
export function chooseVantage(settings: VantageSettings, kept: KeptJob | null) {
  return kept ? openJob(kept) : readVantage(settings);
}

function openJob({ url: href, ca, job: { token } }: KeptJob) {
  const url = new URL(href);
  return { vantage: new VantageClient({ url, token, ...(ca !== null && { ca }) }), vantageName: url.host };
}

async function readVantage(settings: VantageSettings) {
  const { vantage, 'token-file': tokenFile, 'vantage-ca': caFile } = settings;
  if (vantage === undefined)
    throw new InputError(
      'no vantage server is given: name it with --vantage URL or --code, or use sallyport lan from inside',
    );
  if (tokenFile === undefined) throw new InputError('no token is given: name its file with --token-file FILE');
  const url = URL.canParse(vantage) ? new URL(vantage) : null;
  const problem = url ? refuseVantageUrl(url) : 'it is not a URL such as https://vantage.example.com';
  if (!url || problem !== undefined) throw new InputError(`--vantage ${vantage}: ${problem}`);
  const token = await readTokenFile(tokenFile);
  const ca = caFile === undefined ? undefined : await readCaFile(caFile);
  return { vantage: new VantageClient({ url, token, ...(ca !== undefined && { ca }) }), vantageName: url.host };
}

/**
 * Takes the job of a code, or goes on with it: the code can be used once, and the job for some hours, with the same line.
 * It is kept beside the store.
 */
async function readJob(
  line: string,
  { store, ca: caFile }: { readonly store: string | undefined; readonly ca: string | undefined },
  signal: AbortSignal,
): Promise<KeptJob> {
  const { code, url, fingerprint } = parseJobLine(line);
  if (fingerprint !== null && caFile !== undefined)
    throw new InputError('--vantage-ca has no effect with a --code that has the fingerprint of a certificate');
  const name = createHash('sha256').update(`${code}@${url.host}`).digest('hex');
  const file = join(findStoreDirectory(store), 'jobs', `${name}.json`);
  const known = await readKeptJob(file, new Date());
  if (known) return known;
  const pinned = fingerprint === null ? undefined : await findPinned(url, fingerprint, signal);
  const ca = caFile === undefined ? pinned : await readCaFile(caFile);
  const kept = { url: url.href, ca: ca ?? null, job: await takeJob({ url, code, ca }, signal) };
  await keepJob(file, kept);
  return kept;
}

/** Parses `CODE@HOST[:PORT][#SHA256]`. Exported for its tests. */
export function parseJobLine(line: string): JobLine {
  const [, typed = '', host = '', pin] = /^([^@]{1,64})@([^@#/?\\\s]{1,255})(?:#([0-9a-fA-F]{64}))?$/.exec(line) ?? [];
  const code = parseCode(typed);
  const text = `https://${host}`;
  const url = host !== '' && URL.canParse(text) ? new URL(text) : null;
  const problem = url ? refuseVantageUrl(url) : undefined;
  // Not shown: it is a secret all the same.
  if (code === null || !url || problem !== undefined) {
    throw new InputError(
      `--code: expected CODE@HOST, such as K7QM-2XPA@vantage.example.com, as it was given to you${problem ? `; ${problem}` : ''}`,
    );
  }
  return { code, url, fingerprint: pin?.toLowerCase() ?? null };
}
