import type { WorkerSign, WorkOrder, WorkResult } from '../../model/work.js';

/** Where a worker gets its orders, and gives what it saw: the database, or a coordinator over HTTPS. */
export interface WorkSource {
  /** Where it is, for people. */
  readonly path: string;
  /** The next order for a vantage, which a worker has from then on; null if there is none now. */
  take(vantage: string, workerId: string): Promise<WorkOrder | null>;
  /**
   * Gives results of an order, which ends with the last of them, whoever has it by now. What is known already, wanted
   * no longer or no part of the order is dropped.
   */
  deliver(vantage: string, orderId: string, results: readonly WorkResult[], isLast?: boolean): Promise<void>;
  /** Gives an order back undone, so that another worker takes it, or this one later. Nothing if another has it. */
  giveBack(vantage: string, orderId: string, workerId: string, why: string): Promise<void>;
  /** Says that the worker is alive, and what it is at: orders expire where the one who has them does not say so. */
  beat(sign: WorkerSign): Promise<void>;
  /** Says that it is no more. */
  leave(vantage: string, workerId: string): Promise<void>;
  close(): Promise<void>;
}
