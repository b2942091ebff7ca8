import type { Socket } from 'node:net';
import { resetSocket } from './tcp-socket.js';

/** How messages on a connection are told apart. */
export interface MessageStreamOptions {
  /** Cuts what has come: whole messages, and a rest that may be a message too. */
  readonly split: (bytes: Buffer) => {
    readonly whole: readonly Buffer[];
    readonly rest: Buffer;
    readonly restComplete: boolean;
  };
  readonly receive: (message: Buffer) => void;
  /** No message has more bytes; a connection with a longer one is reset. */
  readonly maxMessageBytes: number;
  /** A connection that brings more than this in all is reset. */
  readonly maxBytes: number;
  /** Called once when the connection has ended. */
  readonly ended?: () => void;
}

/** A message that seems complete waits so long for what may still belong to it. */
const COMPLETE_MS = 40;
/** One that seems incomplete waits so long for the rest: longer than TCP takes to send a lost piece again. */
const INCOMPLETE_MS = 1_000;

/** Messages on a TCP connection, also where something on the way has made their lengths wrong. */
export class MessageStream {
  #rest: Buffer = Buffer.alloc(0);
  #total = 0;
  #quiet: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly options: MessageStreamOptions,
  ) {
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.once('end', () => this.#flush());
    socket.once('close', () => {
      clearTimeout(this.#quiet);
      options.ended?.();
    });
  }

  /** Sends a message; false if the connection has ended. */
  send(message: Buffer): boolean {
    return this.socket.writable && (this.socket.write(message), true);
  }

  /** Ends the connection. */
  close(): void {
    resetSocket(this.socket);
  }

  #take(chunk: Buffer): void {
    clearTimeout(this.#quiet);
    this.#total += chunk.length;
    if (this.#total > this.options.maxBytes) return this.close();
    const { whole, rest, restComplete } = this.options.split(Buffer.concat([this.#rest, chunk]));
    this.#rest = rest;
    for (const message of whole) this.options.receive(message);
    if (rest.length > this.options.maxMessageBytes) return this.close();
    if (rest.length > 0) this.#quiet = setTimeout(() => this.#flush(), restComplete ? COMPLETE_MS : INCOMPLETE_MS);
  }

  #flush(): void {
    clearTimeout(this.#quiet);
    const message = this.#rest;
    this.#rest = Buffer.alloc(0);
    if (message.length > 0) this.options.receive(message);
  }
}
