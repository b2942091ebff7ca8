import { basename } from 'node:path';
import {
  type CoordinatorStanding,
  listBlind,
  listUnasked,
  listUnled,
  listUnmanned,
  standingOf,
  type WorkerStanding,
  type WorkStatus,
} from '../../model/work-status.js';
import { renderCount } from '../../words/sentence.js';
import { Notice, Table, Time } from '../kit/elements.js';

const WORDS: Readonly<Record<WorkerStanding, string>> = {
  idle: 'waits for orders',
  busy: 'looks',
  blind: 'CANNOT SEE',
  ending: 'ends',
  silent: 'SILENT',
};

const COORDINATOR_WORDS: Readonly<Record<CoordinatorStanding, string>> = {
  active: 'runs the schedules',
  standby: 'stands by',
  silent: 'SILENT',
};

/** What coordinators and workers are at, and what waits for them. */
export function WorkPart({ status }: { readonly status: WorkStatus }) {
  return (
    <div data-part="work">
      {listUnled(status).map((inventory) => (
        <Notice tone="bad">No coordinator runs the schedules of {basename(inventory)} at the moment.</Notice>
      ))}
      {listUnmanned(status).map(({ vantage, why }) => (
        <Notice tone="bad">
          No worker looks from {vantage}: {why}. What is ordered of it waits, or is left out of the sweep.
        </Notice>
      ))}
      {listBlind(status).map(({ vantage, since, silent, known }) => (
        <Notice tone="bad">
          {vantage} does not hear {silent} of {renderCount(known, 'client')} since <Time at={since.toISOString()} />,
          while other vantages do. Check the network of its workers. Until it hears them again, its silence counts as no
          look, and its clients are judged by the other vantages.
        </Notice>
      ))}
      {listUnasked(status).map((vantage) => (
        <Notice tone="unsure">
          A worker looks from {vantage}, but no coordinator has that vantage: at most a check from there is ordered.
        </Notice>
      ))}
      <Table
        caption="Coordinators of the last 24 hours that did not end in good order, and those at work"
        columns={['Inventory', 'Machine', 'State', 'Since', 'Version', 'Last sign of life']}
        rows={status.coordinators.map((coordinator) => [
          basename(coordinator.inventory),
          `${coordinator.host}, process ${coordinator.pid}`,
          COORDINATOR_WORDS[standingOf(coordinator)],
          <Time at={coordinator.since.toISOString()} />,
          coordinator.version,
          <Time at={coordinator.beatAt.toISOString()} />,
        ])}
        empty="No coordinator gave a sign of life within 24 hours."
      />
      <Table
        caption="Workers of the last 24 hours that did not end in good order, and those at work"
        columns={['Vantage', 'Machine', 'State', 'Looks', 'Version', 'Last sign of life']}
        rows={status.workers.map((worker) => [
          worker.vantage,
          `${worker.host}, process ${worker.pid}`,
          `${WORDS[standingOf(worker)]}${worker.note === '' ? '' : `: ${worker.note}`}`,
          String(worker.looks),
          worker.version,
          <Time at={worker.beatAt.toISOString()} />,
        ])}
        empty="No worker gave a sign of life within 24 hours."
      />
      <Table
        caption="Orders of looks, by vantage"
        columns={['Vantage', 'Waiting', 'Under way', 'Given up']}
        rows={status.queues.map(({ vantage, waiting, active, givenUp }) => [
          vantage,
          ...[waiting, active, givenUp].map(String),
        ])}
        empty="Nothing has been ordered yet."
      />
    </div>
  );
}
