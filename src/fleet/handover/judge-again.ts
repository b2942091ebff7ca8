import { judgeAgain as judgeReport } from '../../check/judge/join-reports.js';
import { digestProfile } from '../../check/judge/judge-survey.js';
import { sayReport } from '../../check/judge/say-report.js';
import { formatDay } from '../../files/text/day.js';
import { groupByClient, type Unseen, type Waiver } from '../../model/change.js';
import type { StoredReport } from '../../model/client.js';
import type { Judgement } from '../../model/judgement.js';
import type { Finding } from '../../model/finding.js';
import type { Profile } from '../../model/profile.js';
import type { ReportData } from '../../model/report.js';
import { standingOf } from '../../model/standing.js';
import { keepUnseen, sayUnseen } from '../changes/out-of-sight.js';
import type { Store } from '../store/store.js';

/**
 * Judges stored looks by a profile as it is now, with the waivers that hold now; sends nothing. An exposure that is out
 * of sight stands, whatever the look shows.
 */
export async function* judgeAgain(
  store: Store,
  looks: AsyncIterable<StoredReport>,
  profile: Profile,
  now: Date,
): AsyncGenerator<Judgement> {
  const today = formatDay(now);
  const profileDigest = digestProfile(profile);
  const waivers = groupByClient(await store.listWaivers());
  const unseen = await readUnseen(store, waivers, today);
  for await (const { clientId, slot, sweepId, at, report: old } of looks) {
    const { authorization, failOn } = old;
    // Who vouched for the site in its inventory is known from the report alone; waivers are as they are now.
    const silence = findSilence(old);
    const accepted = { silence: silence ?? undefined, waivers: waivers.get(clientId) ?? [], today };
    const judged = sayReport(judgeReport(old, { profile, profileDigest, authorization, failOn, ...accepted }));
    const lost = (unseen.get(slotKey(clientId, slot)) ?? []).filter(({ lostAt }) => lostAt <= at);
    const report = keepUnseen(judged, lost);
    yield { clientId, slot, sweepId, at, before: standingOf(old), report, unseen: lost };
  }
}

/** Who vouched for silence in the inventory: of several vantages, only some may have seen none but that. */
function findSilence({ findings, vantages = [] }: ReportData): Finding['waiver'] {
  const all = [...findings, ...vantages.flatMap(({ report }) => report?.findings ?? [])];
  return all.find(({ waiver }) => waiver?.origin === 'inventory')?.waiver;
}

const slotKey = (clientId: string, slot: string): string => `${clientId} ${slot}`;

/** The exposures that are out of sight now and that no waiver accepts, by slot. */
async function readUnseen(
  store: Store,
  waivers: ReadonlyMap<string, readonly Waiver[]>,
  today: string,
): Promise<Map<string, readonly Unseen[]>> {
  const unseen = new Map<string, readonly Unseen[]>();
  for await (const { client, slot, state } of store.readClientStates()) {
    const lost = sayUnseen(state, waivers.get(client.id) ?? [], today);
    if (lost.length > 0) unseen.set(slotKey(client.id, slot), lost);
  }
  return unseen;
}
