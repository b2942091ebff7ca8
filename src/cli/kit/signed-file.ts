import { nameSignature } from '../../evidence/sign-document.js';
import { verifyJson, verifyPage } from '../../evidence/verify-document.js';
import { InputError } from '../../files/text/input-error.js';
import { readBytes } from '../../files/text/read-text.js';
import type { Verification } from '../../model/signature.js';

/** Largest file that is verified. */
export const MAX_FILE = 256 * 1_024 * 1_024;
const MAX_SIGNATURE = 64 * 1_024;

/**
 * Verifies a file by the signature within it, or by that beside it.
 * @param beside the file of the signature; `FILE.sig` if it is not given and there is none within
 * @throws InputError if there is no signature, or a file cannot be read
 */
export async function verifyFile(
  file: string,
  beside: string | undefined,
): Promise<Exclude<Verification, { readonly state: 'unsigned' }>> {
  if (/\.sig$/i.test(file)) throw new InputError('is a signature: name the file that it belongs to', { file });
  const bytes = await readBytes(file, MAX_FILE);
  if (beside !== undefined) return verifyJson(bytes, await readBytes(beside, MAX_SIGNATURE));
  const within = verifyPage(bytes);
  if (within.state !== 'unsigned') return within;
  const named = nameSignature(file);
  const signature = await readBytes(named, MAX_SIGNATURE).catch(() => null);
  if (!signature) throw new InputError(`has no signature, and ${named} cannot be read: nothing is proved`, { file });
  return verifyJson(bytes, signature);
}
