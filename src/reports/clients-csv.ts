import { type ClientStanding, listedAs } from '../model/standing.js';
import { rankIssues } from '../model/rank-issues.js';
import { createCsvWriter, type CsvSeparator } from './csv-rows.js';

/** Names and order stay; new ones come last. */
const COLUMNS = [
  ...(['client_id', 'client', 'group', 'tags', 'address', 'current_address', 'verdict', 'since'] as const),
  ...(['severity', 'rule', 'endpoint', 'worst_finding', 'findings', 'accepted', 'not_checked'] as const),
  ...(['why_not_checked', 'last_seen'] as const),
] as const;

/** Writes how slots of clients stand as rows for spreadsheets. */
export function createClientRows(separator?: CsvSeparator) {
  const { begin, row } = createCsvWriter(COLUMNS, separator);
  return {
    begin,
    client(listed: ClientStanding): string {
      const { client, slot, state, at, seenAt, problem, why } = listed;
      const { worst, standing, accepted } = rankIssues(state);
      return row({
        ...{ client_id: client.id, client: client.name, group: client.group, tags: client.tags.join(' ') },
        ...{ address: slot, current_address: state.address, since: at },
        verdict: listedAs(listed).replace('not-checked', 'not checked'),
        ...{ severity: worst?.severity ?? null, rule: worst?.rule ?? null, endpoint: worst?.endpoint ?? null },
        ...{ worst_finding: worst?.title ?? null, findings: standing.length, accepted, not_checked: problem },
        ...{ why_not_checked: why, last_seen: seenAt },
      });
    },
  };
}
