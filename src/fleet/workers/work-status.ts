import type { ServerPlace } from '../../model/store-place.js';
import type { QueueStatus, WorkStatus } from '../../model/work-status.js';
import { CoordinatorTable } from './coordinator-table.js';
import { HearingTable } from './hearing-table.js';
import { QueueSession } from './queue-session.js';
import { WorkerTable } from './worker-table.js';

/** How the queues stand. */
export async function listQueues(session: QueueSession): Promise<QueueStatus[]> {
  const rows = await session.query(
    `select substr(queue.name, 6) as vantage,
       count(*) filter (where state < 'active') as waiting, count(*) filter (where state = 'active') as active,
       count(*) filter (where state = 'failed') as failed
     from ${session.schema}.queue left join ${session.schema}.job using (name)
     where queue.name like 'look-%' group by queue.name order by queue.name`,
  );
  return rows.map(({ vantage, waiting, active, failed }) => ({
    ...{ vantage: vantage as string, waiting: Number(waiting) },
    ...{ active: Number(active), givenUp: Number(failed) },
  }));
}

/** Reads what workers are at, and makes nothing: for those who only show it. */
export class WorkStatusReader {
  readonly #session: QueueSession;
  readonly #workers: WorkerTable;
  readonly #coordinators: CoordinatorTable;
  readonly #hearing: HearingTable;

  /** Connects where something is first asked for. A StoreError where no workers can be on this store. */
  constructor(place: ServerPlace) {
    this.#session = new QueueSession(place);
    this.#workers = new WorkerTable(this.#session);
    this.#coordinators = new CoordinatorTable(this.#session);
    this.#hearing = new HearingTable(this.#session);
  }

  /** Null where no coordinator or worker was ever on this store. */
  async read(): Promise<WorkStatus | null> {
    const { schema } = this.#session;
    const found = await this.#session.query(
      'select 1 where to_regclass($1) is not null and to_regclass($2) is not null and to_regclass($3) is not null',
      [`${schema}.workers`, `${schema}.job`, `${schema}.coordinators`],
    );
    if (found.length === 0) return null;
    return {
      coordinators: await this.#coordinators.list(),
      workers: await this.#workers.list(),
      queues: await listQueues(this.#session),
      blind: await this.#hearing.list(),
    };
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
