/** How large a history is that {@link fillHistory} makes. */
export interface HistorySize {
  readonly clients: number;
  /** How many days it goes back; each address is looked at each day. */
  readonly days: number;
  /** One in so many looks brings a change. */
  readonly changes: number;
}

/**
 * Statements that fill a store, which has one client with one look and its report: as quickly as the server can, past all
 * triggers. Clients are `c1` and so on, with one address each. The chains are of the right size, and no more.
 */
export function fillHistory(schema: string, { clients, days, changes }: HistorySize): string {
  return `
    set search_path to ${schema};
    create temp table days as
      select day, (extract(epoch from date_trunc('day', now() at time zone 'UTC')) - (${days} - day) * 86400)::bigint * 1000 as at
      from generate_series(1, ${days}) as day;
    select make_months(array(select at / 86400000 from days));
    insert into clients (id, card, group_name, search)
      select 'c' || n, replace(card, '"a"', '"c' || n || '"'), null, 'client c' || n
      from generate_series(1, ${clients}) as n, (select card from clients where id = 'a') as first;
    insert into slots (id, client_id, slot, state, state_rank)
      select 1000 + n, 'c' || n, '203.0.113.9', state, state_rank
      from generate_series(1, ${clients}) as n, (select state, state_rank from slots limit 1) as first;
    insert into reports (id, digest, body, sum, profile)
      select 1000 + n, sha256(n::text::bytea), body, sum, profile
      from generate_series(1, ${clients}) as n, (select body, sum, profile from reports limit 1) as first;
    insert into sweeps (id, inventory, filter, host, pid, state, started_at, finished_at, beat_at, clients)
      select 1000 + day, '/srv/clients.yaml', '{}', 'h', 1, 'finished', at, at + 80000000, at + 80000000, ${clients}
      from days;
    alter table results disable trigger user;
    insert into results (id, sweep_id, slot_id, report_id, at, final, verdict, address, duration_ms, srtt_ms, link, chain)
      select 1000 + (day - 1) * ${clients} + n, 1000 + day, 1000 + n, 1000 + n, at + n * (80000000 / ${clients}), 1,
        'compliant', '203.0.113.9', 1234.5 + n, 12.3, day, sha256((day || '.' || n)::bytea)
      from days, generate_series(1, ${clients}) as n order by day, n;
    alter table results enable trigger user;
    insert into changes (slot_id, sweep_id, at, kind, key, severity, rule, endpoint, alerted, data)
      select slot_id, sweep_id, at, 'exposed', 'every-port-opens tcp/443', 'high', 'every-port-opens', 'tcp/443', 1,
        '{"finding":{"rule":"every-port-opens"},"was":null}'
      from results where id % ${changes} = 0 and id >= 1000 order by id;
    update slots set state_result_id = newest.id, state_at = newest.at, looked_at = newest.at, checked_at = newest.at,
        seen_at = newest.at, profile = 'closed'
      from (select distinct on (slot_id) slot_id, id, at from results order by slot_id, id desc) as newest
      where newest.slot_id = slots.id and slots.id > 1000;
    insert into chains select 'c' || n, ${days}, sha256(n::text::bytea) from generate_series(1, ${clients}) as n;
    select setval('slots_id_seq', (select max(id) from slots)), setval('reports_id_seq', (select max(id) from reports)),
      setval('sweeps_id_seq', (select max(id) from sweeps)), setval('results_id_seq', (select max(id) from results));
    analyze clients; analyze slots; analyze reports; analyze sweeps; analyze results; analyze changes; analyze chains;
  `;
}
