import { Counter, Gauge, Registry } from 'prom-client';
import { VERDICTS, type Verdict } from '../model/report.js';
import { REFUSAL_KINDS, type RefusalKind } from '../server/refusal.js';
import { STREAM_KINDS, type StreamSlots } from './admission.js';

/** What a vantage counts. No label has an address or a name in it. */
export class VantageMetrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'route' | 'status'>;
  readonly #refused: Counter<'why'>;
  readonly #verdicts: Counter<'verdict'>;

  constructor(slots: StreamSlots) {
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: 'sallyport_vantage_requests_total',
      help: 'Requests by route and status',
      labelNames: ['route', 'status'],
      registers,
    });
    this.#refused = new Counter({
      name: 'sallyport_vantage_refused_total',
      help: 'Refused requests by reason',
      labelNames: ['why'],
      registers,
    });
    this.#verdicts = new Counter({
      name: 'sallyport_vantage_checks_total',
      help: 'Checks by verdict',
      labelNames: ['verdict'],
      registers,
    });
    for (const why of REFUSAL_KINDS) this.#refused.inc({ why }, 0);
    for (const verdict of VERDICTS) this.#verdicts.inc({ verdict }, 0);
    new Gauge({
      name: 'sallyport_vantage_streams',
      help: 'Running streams by kind',
      labelNames: ['kind'],
      registers,
      collect() {
        for (const kind of STREAM_KINDS) this.set({ kind }, slots.count(kind));
      },
    });
  }

  countRequest(route: string, status: number): void {
    this.#requests.inc({ route, status });
  }

  countRefusal(why: RefusalKind): void {
    this.#refused.inc({ why });
  }

  countCheck(verdict: Verdict): void {
    this.#verdicts.inc({ verdict });
  }

  /** In the text format of Prometheus. */
  render(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
