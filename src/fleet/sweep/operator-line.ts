import type { AlertConfig } from '../alerts/alert-config.js';
import type { Store } from '../store/store.js';
import { tellOperator, tellOperatorDirectly } from './tell-operator.js';

/** The same trouble is sent past the outbox at most so often, ms. */
const DIRECT_EVERY_MS = 6 * 3_600_000;

/** How a watch reaches its operator, also while the store cannot be written. */
export class OperatorLine {
  /** When which trouble was sent past the outbox, by a clock that no one sets. */
  readonly #sentAt = new Map<string, number>();

  constructor(
    private readonly note: (line: string) => void,
    private readonly signal: AbortSignal,
  ) {}

  /** Tells of trouble: a line, and an alert, through the outbox or else directly. Never rejects. */
  async tell(store: Store | null, alerts: AlertConfig | null, title: string, detail: string): Promise<void> {
    this.note(`${title}: ${detail}`);
    if (!alerts) return;
    const trouble = { key: `operator/${new Date().toISOString()}`, title, detail };
    try {
      if (store) return await tellOperator(store, alerts, trouble);
    } catch (error) {
      this.note(`the alert cannot be queued: ${(error as Error).message}`);
    }
    const sentAt = this.#sentAt.get(title) ?? -Infinity;
    if (performance.now() - sentAt < DIRECT_EVERY_MS) return;
    const failures = await tellOperatorDirectly(alerts, trouble, this.signal);
    for (const failure of failures) this.note(`the operator could not be alerted: ${failure}`);
    if (failures.length < new Set(alerts.operator.to).size) this.#sentAt.set(title, performance.now());
  }

  /** Notes that the store can be written again: what comes next is new trouble. */
  forget(): void {
    this.#sentAt.clear();
  }
}
