import { basename } from 'node:path';
import {
  type BlindVantage,
  type CoordinatorStatus,
  describeWork,
  listBlind,
  listUnasked,
  listUnled,
  listUnmanned,
  NOTHING,
  standingOf,
  type WorkerStatus,
  type WorkStatus,
} from '../../model/work-status.js';
import { renderJson } from '../../reports/json.js';
import { forTerminal } from '../../words/escape.js';
import { renderCount } from '../../words/sentence.js';
import { renderTime } from '../../words/time.js';
import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';
import { openOutput } from '../kit/output.js';
import { RENAME_VANTAGE } from '../kit/rename-vantage.js';
import { STORE, TABLE_OR_JSON } from '../kit/store.js';
import { chooseServer, openWorkStatus } from '../kit/work.js';

/** `sallyport workers`: who runs the schedules, who looks from where, and what waits for them. */
export const command = defineCommand({
  options: { ...TABLE_OR_JSON, ...STORE },
  subcommands: { rename: RENAME_VANTAGE },
  notes: [
    'Exit code 3 says that there is a vantage from which no worker looks at the moment, that one is taken for blind, or that no coordinator runs the schedules: the one that did has fallen silent.',
  ],
  async run({ format, store }) {
    const shown = await openWorkStatus(chooseServer(store));
    try {
      const status = (await shown.read()) ?? NOTHING;
      const output = await openOutput();
      await output.write(format === 'json' ? renderJson(describeWork(status)) : renderStatus(status));
      await output.close();
      const isWhole = [listUnmanned, listBlind, listUnled].every((list) => list(status).length === 0);
      return isWhole ? EXIT.compliant : EXIT.inconclusive;
    } finally {
      await shown.close();
    }
  },
});

function renderStatus(status: WorkStatus): string {
  const { coordinators, workers, queues } = status;
  const lines = [
    ...listUnled(status).map(
      (inventory) => `NO COORDINATOR runs the schedules of ${basename(inventory)} at the moment`,
    ),
    ...listUnmanned(status).map(({ vantage, why }) => `NO WORKER looks from ${vantage}: ${why}`),
    ...listBlind(status).map(describeBlind),
    ...listUnasked(status).map((vantage) => `no coordinator has ${vantage}: at most a check from there is ordered`),
    ...coordinators.map(describeCoordinator),
    ...workers.map(describeWorker),
    ...queues.map(
      ({ vantage, waiting, active, givenUp }) =>
        `orders for ${vantage}: ${waiting} waiting, ${active} under way, ${givenUp} given up`,
    ),
  ];
  if (lines.length === 0) lines.push('There is no coordinator and no worker, and nothing was ordered.');
  return lines.map((line) => `${forTerminal(line)}\n`).join('');
}

const AT = { active: 'runs the schedules', standby: 'stands by', silent: 'SILENT' } as const;

function describeCoordinator(coordinator: CoordinatorStatus): string {
  const { host, pid, version, inventory, since, beatAt } = coordinator;
  const standing = standingOf(coordinator);
  const from = renderTime((standing === 'silent' ? beatAt : since).toISOString());
  return `coordinator  ${host} process ${pid}, ${version}  ${AT[standing]} since ${from}, for ${basename(inventory)}`;
}

function describeBlind({ vantage, since, silent, known }: BlindVantage): string {
  const clients = renderCount(known, 'client');
  return (
    `${vantage} DOES NOT HEAR ${silent} of ${clients} since ${renderTime(since.toISOString())}, while other vantages ` +
    'do: check the network of its workers; until it hears them again, its silence counts as no look'
  );
}

function describeWorker(worker: WorkerStatus): string {
  const { vantage, host, pid, version, looks, note, beatAt } = worker;
  const standing = standingOf(worker);
  const state = standing === 'silent' ? `SILENT since ${renderTime(beatAt.toISOString())}` : standing;
  const why = note === '' ? '' : `: ${note}`;
  return `${vantage}  ${host} process ${pid}, ${version}  ${state}${why}  ${renderCount(looks, 'look')}`;
}
