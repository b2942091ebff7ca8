import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type Invite,
  INVITE_ID,
  INVITE_SCHEMA,
  inviteSchema,
  type InviteUsage,
  type NewInvite,
} from '../../model/invite.js';
import type { Report } from '../../model/report.js';
import { InputError } from '../text/input-error.js';
import { describeFileError, readText } from '../text/read-text.js';
import { createCode, renderCode } from './invite-code.js';

/** Invites that wait to be used, at most. */
const MOST_OPEN = 1_000;
/** More than an invite with its report has. */
const MAX_BYTES = 64 * 1024 * 1024;
const OWNER_ONLY = 0o600;
const OTHERS = 0o077;
const KEY_BYTES = 32;
const ID_BYTES = 10;
const HASH_BYTES = 32;

const stretch = promisify<string, Buffer, number, Buffer>(scrypt);

/** A new invite, with the code that is told once. */
export interface MadeInvite {
  readonly invite: Invite;
  /** As it is spoken: `K7QM-2XPA`. */
  readonly code: string;
}

/**
 * The folder of invites: a file for each, `ID.open.json` until it is used and `ID.used.json` from then on. One rename
 * uses it up, so among any number of processes exactly one does, and it stays so whenever they are killed. Id and hash
 * are made of the code by scrypt with the folder's key: the file of a code is found without reading others.
 */
export class InviteFolder {
  private constructor(
    private readonly path: string,
    private readonly key: Buffer,
  ) {}

  /**
   * Opens a folder, which is made if need be, for its owner only.
   * @throws InputError if it cannot be had, or if others can read it
   */
  static async open(path: string): Promise<InviteFolder> {
    try {
      await mkdir(path, { recursive: true, mode: 0o700 });
      const { mode, uid } = await stat(path);
      // Files of another user would be closed to the server.
      if (process.getuid && uid !== process.getuid())
        throw new InputError('the folder of invites belongs to another user: run this as that user', { file: path });
      if (process.platform !== 'win32' && (mode & OTHERS) !== 0)
        throw new InputError('users other than its owner can get at the invites: use chmod 700', { file: path });
      return new InviteFolder(path, await readKey(path));
    } catch (error) {
      throw error instanceof InputError ? error : new InputError(describeFileError(error), { file: path });
    }
  }

  /**
   * Makes an invite that is valid for some time.
   * @throws InputError if there are too many
   */
  async make(wanted: NewInvite, seconds: number, now: Date): Promise<MadeInvite> {
    if ((await this.#listOpen()).length >= MOST_OPEN) await this.#removeExpired(now);
    if ((await this.#listOpen()).length >= MOST_OPEN)
      throw new InputError(`has ${MOST_OPEN} invites that are not used: wait until some expire`, { file: this.path });
    const code = createCode();
    const { id, codeHash } = await this.#hash(code);
    const invite: Invite = {
      ...{ schema: INVITE_SCHEMA, id, codeHash: codeHash.toString('hex'), ...wanted },
      createdAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + seconds * 1_000).toISOString(),
      ...{ use: null, report: null },
    };
    await this.#write(this.#fileOf(id, 'open'), invite);
    return { invite, code: renderCode(code) };
  }

  /** Finds the invite of a code that can be used now; null if there is none, whyever. */
  async find(code: string, now: Date): Promise<Invite | null> {
    const { id, codeHash } = await this.#hash(code);
    const invite = await this.#read(id, 'open');
    if (!invite || !timingSafeEqual(Buffer.from(invite.codeHash, 'hex'), codeHash)) return null;
    return new Date(invite.expiresAt) > now ? invite : null;
  }

  /** The invite of an id; null if there is none. */
  async read(id: string): Promise<Invite | null> {
    if (!INVITE_ID.test(id)) return null;
    return (await this.#read(id, 'used')) ?? (await this.#read(id, 'open')) ?? (await this.#read(id, 'used'));
  }

  /** Uses an invite up; null if someone else did before. */
  async use(invite: Invite, use: InviteUsage): Promise<Invite | null> {
    const used = this.#fileOf(invite.id, 'used');
    try {
      await rename(this.#fileOf(invite.id, 'open'), used);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    const taken = { ...invite, use };
    await this.#write(used, taken);
    return taken;
  }

  /** Keeps the report of an invite that was used; `kept` once it is stored wherever else it belongs. */
  async putReport(invite: Invite, report: Report, kept: boolean): Promise<void> {
    await this.#write(this.#fileOf(invite.id, 'used'), { ...invite, report, kept });
  }

  /** The reports that are not known to be stored wherever else they belong, since we were ended meanwhile. */
  async *listUnkept(): AsyncGenerator<{ readonly invite: Invite; readonly report: Report }> {
    for (const name of (await readdir(this.path)).filter((file) => file.endsWith('.used.json'))) {
      const invite = await this.#read(name.split('.', 1)[0]!, 'used');
      if (invite?.report && !invite.kept) yield { invite, report: invite.report };
    }
  }

  async #hash(code: string): Promise<{ id: string; codeHash: Buffer }> {
    const bytes = await stretch(code, this.key, ID_BYTES + HASH_BYTES);
    return { id: bytes.subarray(0, ID_BYTES).toString('hex'), codeHash: bytes.subarray(ID_BYTES) };
  }

  #fileOf(id: string, state: 'open' | 'used'): string {
    return join(this.path, `${id}.${state}.json`);
  }

  async #read(id: string, state: 'open' | 'used'): Promise<Invite | null> {
    const file = this.#fileOf(id, state);
    if (!(await stat(file).catch(() => null))) return null;
    const text = await readText(file, MAX_BYTES).catch(async (error: unknown) => {
      // It was used in this moment.
      if (!(await stat(file).catch(() => null))) return null;
      throw error;
    });
    return text === null ? null : parseInvite(text, file);
  }

  async #listOpen(): Promise<string[]> {
    return (await readdir(this.path)).filter((name) => name.endsWith('.open.json'));
  }

  async #removeExpired(now: Date): Promise<void> {
    for (const name of await this.#listOpen()) {
      const invite = await this.#read(name.split('.', 1)[0]!, 'open');
      if (invite && new Date(invite.expiresAt) <= now) await rm(join(this.path, name), { force: true });
    }
  }

  /** Whoever reads the file reads all of it, as it was or as it is. */
  async #write(file: string, invite: Invite): Promise<void> {
    const beside = `${file}.${randomBytes(6).toString('hex')}.new`;
    try {
      await writeNew(beside, `${JSON.stringify(invite)}\n`);
      await rename(beside, file);
    } catch (error) {
      await rm(beside, { force: true });
      throw error;
    }
  }
}

function parseInvite(text: string, file: string): Invite {
  try {
    return inviteSchema.parse(JSON.parse(text));
  } catch {
    throw new InputError('is not an invite of sallyport, or damaged', { file });
  }
}

/** The key of a folder; the first who opens it makes it. */
async function readKey(path: string): Promise<Buffer> {
  const file = join(path, 'key');
  const beside = join(path, `key.${randomBytes(6).toString('hex')}.new`);
  if (!(await stat(file).catch(() => null))) {
    await writeNew(beside, randomBytes(KEY_BYTES));
    try {
      // Unlike a rename, it replaces no key that another process made meanwhile.
      await link(beside, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      await rm(beside, { force: true });
    }
  }
  const key = await readFile(file);
  if (key.length !== KEY_BYTES) throw new InputError(`expected ${KEY_BYTES} bytes, the key of the invites`, { file });
  return key;
}

async function writeNew(file: string, content: string | Buffer): Promise<void> {
  const handle = await open(file, 'wx', OWNER_ONLY);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
