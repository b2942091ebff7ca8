import { createHash, randomBytes } from 'node:crypto';
import type { TokenEntry } from '../../files/server/token-file.js';

/** Sessions in all; the oldest gives way. */
const MAX_SESSIONS = 10_000;

/** A session that is not used for so long is over, ms. */
const IDLE_MS = 12 * 3_600_000;

/** So long after it began a session is over, ms. */
const WHOLE_MS = 7 * 24 * 3_600_000;

interface Session {
  /** Of the token that it was begun with: taken back with that. */
  readonly name: string;
  readonly tokenHash: Buffer;
  readonly begunAt: number;
  usedAt: number;
}

/** Who is signed in. Kept in memory, by the hash of what the browser has: a restart ends all sessions. */
export class Sessions {
  readonly #byHash = new Map<string, Session>();

  constructor(private readonly now: () => Date) {}

  /** Begins a session with a new id, which is given to no one before they have signed in. */
  begin({ name, hash }: TokenEntry): string {
    const id = randomBytes(32).toString('base64url');
    const at = this.now().getTime();
    for (const [oldest] of this.#byHash) {
      if (this.#byHash.size < MAX_SESSIONS) break;
      this.#byHash.delete(oldest);
    }
    this.#byHash.set(hashId(id), { name, tokenHash: hash, begunAt: at, usedAt: at });
    return id;
  }

  /** The token of a session that is under way, which is used by that; null if there is none, or its token is no more. */
  find(id: string, tokens: readonly TokenEntry[]): TokenEntry | null {
    const token = this.look(id, tokens);
    if (token) this.#byHash.get(hashId(id))!.usedAt = this.now().getTime();
    else this.end(id);
    return token;
  }

  /** The same, and the session is not used by that. */
  look(id: string, tokens: readonly TokenEntry[]): TokenEntry | null {
    const session = this.#byHash.get(hashId(id));
    if (!session) return null;
    const at = this.now().getTime();
    const token = tokens.find(({ name, hash }) => name === session.name && hash.equals(session.tokenHash));
    const isOver = at - session.usedAt > IDLE_MS || at - session.begunAt > WHOLE_MS;
    return token && !isOver ? token : null;
  }

  end(id: string): void {
    this.#byHash.delete(hashId(id));
  }
}

function hashId(id: string): string {
  return createHash('sha256').update(id.slice(0, 128)).digest('base64url');
}
