import type { ChangeKind } from '../../model/change.js';
import { type ClientCard, type ClientChoice, isChosen } from '../../model/client.js';
import { FLEET_SCHEMA, type FleetReport, MOST_LISTED, MOST_SWEEPS } from '../../model/fleet-report.js';
import { rankIssues } from '../../model/rank-issues.js';
import { type ClientStanding, listedAs, type Standing } from '../../model/standing.js';
import { VERSION } from '../../version.js';
import { cutText } from '../../words/sentence.js';
import { sayChange } from '../changes/say-change.js';
import { listClients } from '../sweep/list-clients.js';
import type { Store } from '../store/store.js';

/** What a report of all clients is to hold. */
export interface FleetWanted extends ClientChoice {
  /** From when on changes and sweeps are told. */
  readonly since: Date;
  readonly now: Date;
  /** What was last looked at before this was not for long. */
  readonly staleBefore: Date;
}

type Row = FleetReport['rows'][number];

/** Gathers how all clients stand. What is not checked now counts as agreed by no means: it is told by itself. */
export async function gatherFleet(store: Store, wanted: FleetWanted): Promise<FleetReport> {
  const { since, now, groups, tags } = wanted;
  const clients = new Set<string>();
  const standings: Record<Standing, number> = { compliant: 0, violation: 0, inconclusive: 0, 'no-answer': 0 };
  const rows: Row[] = [];
  const notChecked: FleetReport['notChecked'] = [];
  let notCheckedCount = 0;
  let unknownCount = 0;
  for await (const page of listClients(store, { now, staleBefore: wanted.staleBefore, isReversed: false })) {
    for (const listed of page.filter(({ client }) => isChosen(client, wanted))) {
      clients.add(listed.client.id);
      const row = describeRow(listed);
      if (listed.problem !== null) {
        notCheckedCount++;
        if (notChecked.length < MOST_LISTED)
          notChecked.push({
            client: nameClient(listed.client),
            slot: listed.slot,
            reason: cutText(listed.problem, 512),
          });
      }
      if (!row) {
        unknownCount++;
        continue;
      }
      standings[row.standing]++;
      if (rows.length < MOST_LISTED) rows.push(row);
    }
  }
  return {
    schema: FLEET_SCHEMA,
    tool: { name: 'sallyport', version: VERSION },
    madeAt: now.toISOString(),
    since: since.toISOString(),
    groups: groups ? [...groups] : null,
    tags: tags ? [...tags] : null,
    clients: clients.size,
    ...{ standings, rows, notChecked, notCheckedCount, unknownCount },
    trend: await listTrend(store, since),
    ...(await gatherChanges(store, wanted)),
  };
}

const nameClient = ({ id, name, group }: ClientCard) => ({ id, name, group });

/** How an address stands; null if that is not known, because it is not checked. */
function describeRow(listed: ClientStanding): Row | null {
  const { client, slot, state, at, seenAt } = listed;
  const counted = listedAs(listed);
  if (counted === 'not-checked' || at === null || seenAt === null) return null;
  const { worst, standing } = rankIssues(state);
  return {
    client: nameClient(client),
    slot,
    standing: counted,
    worst: worst ? { severity: worst.severity, title: cutText(worst.title, 512) } : null,
    more: Math.max(0, standing.length - 1),
    since: at,
    seenAt,
  };
}

async function listTrend(store: Store, since: Date): Promise<FleetReport['trend']> {
  const sweeps = (await store.listSweeps(MOST_SWEEPS, 'inventories')).filter(
    ({ state, startedAt }) => state === 'finished' && new Date(startedAt) >= since,
  );
  const trend = [];
  for (const { id, startedAt } of sweeps.reverse()) {
    const { verdicts, clientsWithResults } = await store.countSweep(id);
    trend.push({ sweepId: id, at: startedAt, clients: clientsWithResults, verdicts });
  }
  return trend;
}

async function gatherChanges(
  store: Store,
  wanted: FleetWanted,
): Promise<Pick<FleetReport, 'changeCounts' | 'changes'>> {
  const changeCounts: Partial<Record<ChangeKind, number>> = {};
  const changes: FleetReport['changes'] = [];
  for await (const { client, ...change } of store.readChanges({ since: wanted.since, until: wanted.now })) {
    if (!isChosen(client, wanted)) continue;
    changeCounts[change.kind] = (changeCounts[change.kind] ?? 0) + 1;
    if (changes.length >= MOST_LISTED) continue;
    const { kind, severity, endpoint, title } = sayChange(change);
    const { at, slot } = change;
    changes.push({ at, client: nameClient(client), slot, kind, severity, endpoint, title: cutText(title, 512) });
  }
  return { changeCounts, changes };
}
