import type { VantagePlace } from '../../model/work.js';
import type { RunLooks } from '../sweep/sweep.js';
import { judgeLooks } from './judge-looks.js';
import { lookRemotely } from './remote-looks.js';
import type { WorkQueue } from './work-queue.js';

/** How sweeps are run by workers. */
export interface RemoteRunnerOptions {
  readonly queue: WorkQueue;
  readonly vantages: readonly VantagePlace[];
  readonly absentMs: number;
  readonly allowSpecial: boolean;
  /** Tells the operator, once for each key. */
  readonly onTrouble: (key: string, title: string, detail: string) => void;
}

/** Creates what makes the looks of sweeps through workers at vantages. */
export function createRemoteRunner({ onTrouble, ...options }: RemoteRunnerOptions): RunLooks {
  return (jobs, { sweepId, ping = false, signal }) => {
    const told = new Set<string>();
    return lookRemotely(`sweep-${sweepId}`, jobs, {
      ...options,
      ...{ kind: 'sweep', ping, signal, judge: judgeLooks },
      onTrouble: (title, detail) => {
        const key = `sweep-${sweepId}/${title}`.slice(0, 200);
        if (told.has(key)) return;
        told.add(key);
        onTrouble(key, title, detail);
      },
    });
  };
}
