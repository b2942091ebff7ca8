/** What one transport carried: outward from here to the vantage, inward from there to us. */
export type SipDirection = 'outward' | 'inward';

/** Different versions of one message that are kept. */
const MAX_VERSIONS = 8;
/** Messages of different names that are kept of each direction. */
const MAX_NAMES = 16;

/** The messages of one transport as they were sent and as they arrived, by name. Wakes whoever waits for one. */
export class SipRecords {
  readonly #records = {
    outward: { sent: new Map<string, Buffer[]>(), arrived: new Map<string, Buffer[]>() },
    inward: { sent: new Map<string, Buffer[]>(), arrived: new Map<string, Buffer[]>() },
  };
  readonly #waiting = new Set<() => void>();

  /** Why nothing, or nothing more, could be sent from here; null where nothing was in the way. */
  problem: string | null = null;

  /** Keeps a message; the same bytes once. */
  note(direction: SipDirection, what: 'sent' | 'arrived', name: string, bytes: Buffer): void {
    const names = this.#records[direction][what];
    const versions = names.get(name) ?? [];
    if (versions.length === 0 && names.size >= MAX_NAMES) return;
    names.set(name, versions);
    if (versions.length < MAX_VERSIONS && !versions.some((other) => other.equals(bytes))) versions.push(bytes);
    this.wake();
  }

  /** The different versions of a message; none where there was none. */
  versions(direction: SipDirection, what: 'sent' | 'arrived', name: string): readonly Buffer[] {
    return this.#records[direction][what].get(name) ?? [];
  }

  /** Whether a message has arrived. */
  hasArrived(direction: SipDirection, name: string): boolean {
    return this.versions(direction, 'arrived', name).length > 0;
  }

  /** Names of all that arrived in a direction. */
  arrivedNames(direction: SipDirection): string[] {
    return [...this.#records[direction].arrived.keys()];
  }

  /** Lets all who wait look again. */
  wake(): void {
    for (const look of this.#waiting) look();
  }

  /** Waits until the condition holds; false where it doesn't within `ms`, or where the signal came first. */
  until(condition: () => boolean, ms: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(deadline);
        signal.removeEventListener('abort', settle);
        this.#waiting.delete(look);
        resolve(condition());
      };
      const look = (): void => void (condition() && settle());
      const deadline = setTimeout(settle, ms);
      signal.addEventListener('abort', settle, { once: true });
      this.#waiting.add(look);
      if (signal.aborted || condition()) settle();
    });
  }
}
