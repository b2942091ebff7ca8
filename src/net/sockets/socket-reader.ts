import type { Socket } from 'node:net';
import { type Agenda, cancel } from '../scan/agenda.js';
import type { ReadEnd, ReadLimits } from './conversation.js';

/** Reads from a connected socket within limits; later reads go on where the earlier one ended. */
export class SocketReader {
  #chunks: Buffer[] = [];
  #size = 0;
  #end: 'closed' | 'reset' | null = null;
  #wake: (() => void) | null = null;

  constructor(
    private readonly socket: Socket,
    private readonly agenda: Agenda,
  ) {
    socket.removeAllListeners('error').on('error', () => this.#finish('reset'));
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      if (!this.#wake) socket.pause();
      this.#wake?.();
    });
    socket.once('end', () => this.#finish('closed'));
    socket.once('close', () => this.#finish('closed'));
  }

  /** How the other side ended the connection, if it did. */
  get ended(): 'closed' | 'reset' | null {
    return this.#end;
  }

  read({ waitMs, maxBytes, isComplete }: ReadLimits): Promise<{ bytes: Buffer; end: ReadEnd }> {
    return new Promise((resolve) => {
      const settle = (end: ReadEnd): void => {
        cancel(deadline);
        this.#wake = null;
        this.socket.pause();
        const bytes = this.#join().subarray(0, maxBytes);
        this.#chunks = [];
        this.#size = 0;
        resolve({ bytes, end });
      };
      const look = (): void => {
        if (this.#size >= maxBytes) settle('limit');
        else if (this.#size > 0 && isComplete?.(this.#join())) settle('complete');
        else if (this.#end) settle(this.#end);
      };
      const deadline = this.agenda.in(waitMs, () => settle('timeout'));
      this.#wake = look;
      this.socket.resume();
      look();
    });
  }

  #finish(end: 'closed' | 'reset'): void {
    this.#end ??= end;
    this.#wake?.();
  }

  #join(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }
}
