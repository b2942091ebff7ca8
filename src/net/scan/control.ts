import type { AskedState } from '../../model/report.js';
import type { Engine } from './engine.js';

/** A TCP endpoint that the user knows to answer. */
export interface Control {
  readonly address: string;
  readonly port: number;
  /** As the user gave it. */
  readonly label: string;
}

/** Answers younger than this serve several targets, so that the control endpoint is not flooded, ms. */
const SHARED_MS = 500;

/**
 * Something that the user knows to answer over TCP. While it does not, our own vantage is in doubt, and with it
 * all that we see.
 */
export class ControlEndpoint {
  #asked = Number.NEGATIVE_INFINITY;
  #answer: Promise<AskedState> | null = null;

  constructor(
    private readonly engine: Engine,
    readonly control: Control,
  ) {}

  /** Asks, or joins in asking, the control endpoint. */
  ask(): Promise<AskedState> {
    const now = performance.now();
    if (this.#answer && now - this.#asked < SHARED_MS) return this.#answer;
    this.#asked = now;
    this.#answer = this.#connect();
    return this.#answer;
  }

  async #connect(): Promise<AskedState> {
    const { address, port } = this.control;
    const { state } = await this.engine.tcp(this.engine.host(address), port);
    if (state === 'error') return 'error';
    return state === 'open' ? 'answered' : 'silent';
  }
}
