/** Lets some wait for what others do: those who change something ring, and those who wait look again. */
export class Bell {
  readonly #waiting = new Set<() => void>();

  /** Has all who wait look whether what they wait for has come. */
  ring(): void {
    for (const look of this.#waiting) look();
  }

  /** Waits until a condition holds; false if the signal came first. */
  until(condition: () => boolean, signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const look = (): void => {
        const holds = condition();
        if (!holds && !signal?.aborted) return;
        this.#waiting.delete(look);
        signal?.removeEventListener('abort', look);
        resolve(holds);
      };
      this.#waiting.add(look);
      signal?.addEventListener('abort', look, { once: true });
      look();
    });
  }
}
