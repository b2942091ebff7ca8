import { parseSchedule } from '../../files/clients/schedule.js';
import type { Client } from '../../model/client.js';

/** The clients of one schedule. */
export async function* filterClients(
  clients: Iterable<Client> | AsyncIterable<Client>,
  key: string,
): AsyncGenerator<Client> {
  for await (const client of clients) if (scheduleKey(client) === key) yield client;
}

/** Clients that are swept together: those of one group that share a schedule. */
export interface Schedule {
  /** Same from run to run. */
  readonly key: string;
  readonly group: string | null;
  /** Cron expression. */
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly clients: number;
}

/** The key of a client's schedule; null if it has none. */
function scheduleKey({ group, schedule, timeZone }: Client): string | null {
  return schedule === null ? null : JSON.stringify([group, schedule, timeZone]);
}

/** What the last run of a schedule is remembered by: other inventories, and other choices from one, have runs of their own. */
export function runKey(
  { key }: Pick<Schedule, 'key'>,
  { inventory, chosen }: { readonly inventory: string; readonly chosen: string },
): string {
  return JSON.stringify(['schedule', key, inventory, chosen]);
}

/** What it is remembered by since when a schedule is known that has not run yet. */
export function knownKey(schedule: Pick<Schedule, 'key'>, files: Parameters<typeof runKey>[1]): string {
  return `known ${runKey(schedule, files)}`;
}

/** Lists the schedules of an inventory. */
export async function listSchedules(clients: Iterable<Client> | AsyncIterable<Client>): Promise<Schedule[]> {
  const schedules = new Map<string, Schedule>();
  for await (const client of clients) {
    const key = scheduleKey(client);
    if (key === null || client.paused) continue;
    const { group, schedule, timeZone } = client;
    const count = schedules.get(key)?.clients ?? 0;
    schedules.set(key, { key, group, cron: schedule!, timeZone, clients: count + 1 });
  }
  return [...schedules.values()];
}

/**
 * When a schedule is due: at its first time after the last run, which may have been missed while nothing ran, and is
 * then caught up with once; after `now` where it never ran. Null if it never comes again.
 */
export function findDue({ cron, timeZone }: Schedule, lastRun: Date | null, now: Date): Date | null {
  return parseSchedule(cron, timeZone).nextRun(lastRun ?? now);
}
