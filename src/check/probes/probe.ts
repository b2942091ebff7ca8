import type { Transport } from '../../model/endpoint.js';
import type { Engine } from '../../net/scan/engine.js';
import type { Host } from '../../net/scan/host.js';
import type { Outcome, Watcher } from '../../net/scan/outcome.js';

/**
 * Looks at one endpoint in one protocol. A probe is harmless: it connects, reads and asks what any client may ask;
 * it never logs in, rings or changes anything. Deadlines, pacing and retries are the engine's.
 */
export interface Probe {
  /** File name, registry key and value of `observation.probe`. */
  readonly id: string;
  /** What it sends, for people and for `--dry-run`. */
  readonly title: string;
  readonly transport: Transport;
  /** Ids of the services whose endpoints it looks at; empty for probes that the plan chooses otherwise. */
  readonly services: readonly string[];
  /** Begins to look. The watcher is told what was seen, or that the probe itself is broken. */
  run(engine: Engine, host: Host, port: number, watcher: Watcher, manner?: Manner): void;
}

/** Looks at one endpoint; rejects only if the probe itself is broken. */
export function runProbe(probe: Probe, engine: Engine, host: Host, port: number): Promise<Outcome> {
  return new Promise((saw, crashed) => probe.run(engine, host, port, { saw, crashed }));
}

/** How an endpoint is looked at where not as usual. */
export interface Manner {
  /** When silence is to be believed, on the clock of `performance.now()`, where that is not the whole patience. */
  readonly until?: number;
  /** Silence over TCP is believed after the usual tries, however lossy the target proves: its endpoints are very many. */
  readonly brief?: boolean;
}
