import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { deflateSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { sayReport } from '../../../src/check/judge/say-report.js';
import { sayMessage } from '../../../src/fleet/alerts/send-message.js';
import { sayChange, sayState } from '../../../src/fleet/changes/say-change.js';
import { migrate, MIGRATIONS } from '../../../src/fleet/store/migrate.js';
import { OLD_DICTIONARY } from '../../../src/fleet/store/migrations/findings-as-data/old-body.js';
import { SqliteConnection } from '../../../src/fleet/store/sqlite-connection.js';
import type { Store } from '../../../src/fleet/store/store.js';
import { reportSchema } from '../../../src/model/report.js';
import { sampleObservation, cleanReport } from '../../reports/sample-reports.js';
import { siteReport } from './site-fixtures.js';
import { collect, createStores, daysLater, NOW } from './store-fixtures.js';

const stores = createStores();
const SLOT = '203.0.113.20';

const words = { seen: 'It answers.', matters: 'It matters.', remedy: 'Close it.', programs: [], references: [] };
const waiver = { by: 'Ann', reason: 'moves', until: '2027-01-31' };
const admin = {
  ...{ rule: 'admin-interface-reachable', severity: 'critical', effect: 'violation', endpoint: 'tcp/80', ...words },
  ...{ title: `WebPro administration (HTTP) is reachable on tcp/80 of \x1a`, observations: ['tcp/80'] },
};
const pcpro = { ...admin, endpoint: 'tcp/8000', effect: 'note', title: 'PCPro', observations: ['tcp/8000'], waiver };
const lost = {
  ...admin,
  rule: 'required-unreachable',
  severity: 'high',
  endpoint: 'udp/5060',
  title: 'SIP is out',
  observations: ['udp/5060'],
};
const gone = { ...admin, rule: 'a-rule-of-long-ago', severity: 'low', endpoint: null, title: 'Long ago' };
const doubt = { endpoint: null, what: 'What other addresses can reach', why: 'One place.', blocking: false };
const open = { state: 'open', reason: 'syn-ack', tries: 1, probe: 'tcp-banner' } as const;

/** A report as version 2 stored it: its body has words, and neither `about` nor `data`. */
function oldReport(verdict: string, findings: readonly object[], profile = 'closed') {
  const { target: _target, authorization: _by, startedAt: _at, durationMs: _ms, ...rest } = cleanReport;
  return {
    ...rest,
    ...{ verdict, summary: `The sentence of ${verdict}.`, findings, undetermined: [doubt] },
    profile: { ...rest.profile, name: profile },
    observations: [
      sampleObservation({ endpoint: 'tcp/80', service: 'webpro', ...open, probe: 'http-get' }),
      sampleObservation({ endpoint: 'tcp/8000', service: 'pcpro', ...open }),
      sampleObservation({ endpoint: 'udp/5060', service: 'sip-trunk', probe: 'sip-options-udp', state: 'closed' }),
    ],
  };
}

function encode(report: object, dictionary?: Buffer): string {
  const body = deflateSync(
    JSON.stringify(report).replaceAll('\\u001a', dictionary ? '\x1a' : SLOT),
    dictionary && { dictionary },
  );
  return `x'01${body.toString('hex')}'`;
}

const text = (value: unknown) =>
  `'${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll("'", "''")}'`;

const exposed = {
  ...{ kind: 'exposed', key: 'issue admin-interface-reachable tcp/80', severity: 'critical' },
  ...{
    rule: admin.rule,
    endpoint: 'tcp/80',
    title: 'WebPro (worse: medium before)',
    before: 'medium',
    after: 'critical',
  },
};
const others = [
  {
    ...exposed,
    kind: 'resolved',
    title: 'Resolved: X (nothing at all answers there now)',
    before: 'critical',
    after: null,
  },
  { ...exposed, kind: 'identity-changed', key: 'identity tcp/80', rule: null, before: 'WebPro', after: 'nginx' },
  { ...exposed, kind: 'address-changed', key: 'address', rule: null, endpoint: null, before: null, after: SLOT },
  { ...exposed, kind: 'no-longer-determined', key: 'determined', rule: null, endpoint: null, before: 'violation' },
];
const issue = (finding: typeof admin, outage = false) => ({
  ...{ rule: finding.rule, endpoint: finding.endpoint, severity: finding.severity, title: finding.title },
  ...{ outage, waived: false },
});
const state = {
  ...{ address: SLOT, verdict: 'violation', identities: { 'tcp/80': 'WebPro' } },
  issues: { 'admin-interface-reachable tcp/80': issue(admin), 'required-unreachable udp/5060': issue(lost, true) },
};
const card = { id: 'acme', name: 'Acme', group: null, tags: [], contacts: [] };
const operator = { type: 'operator', at: NOW.toISOString(), title: 'Trouble', detail: 'It broke.' };
const event = {
  ...{ type: 'changes', at: NOW.toISOString(), sweepId: 1, client: card, slot: SLOT, address: SLOT },
  ...{ verdict: 'violation', summary: 'The sentence.', changes: [exposed, ...others], flapping: false },
};
const orphan = { ...event, client: { ...card, id: 'nobody' } };

/** A store as version 2 wrote it. */
async function writeOldStore(path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const connection = new SqliteConnection(path);
  await migrate(connection, MIGRATIONS.slice(0, 2));
  const at = NOW.getTime();
  const bodies = [
    oldReport('violation', [admin, pcpro, lost, gone]),
    oldReport('violation', [{ ...admin, title: 'The same in other words' }, pcpro, lost, gone]),
    oldReport('compliant', [pcpro], 'other'),
  ].map((report) => encode(report, OLD_DICTIONARY));
  const damaged = `x'0178'`;
  connection.execute(`
    insert into clients values ('acme', ${text(card)});
    insert into slots values (1, 'acme', '${SLOT}', ${text(state)}, 0, 2, ${at});
    insert into sweeps values (1, '/i', '{}', 'h', 1, 'finished', ${at}, ${at}, ${at}, 1), (2, '/i', '{}', 'h', 1, 'finished', ${at}, ${at}, ${at}, 1), (3, '/i', '{}', 'h', 1, 'finished', ${at}, ${at}, ${at}, 1), (4, '/i', '{}', 'h', 1, 'finished', ${at}, ${at}, ${at}, 1);
    ${[...bodies, damaged].map((body, index) => `insert into reports values (${index + 1}, x'0${index}', ${body});`).join('\n')}
    insert into authorizations values (1, 'J. Doe');
    ${[1, 2, 3].map((id) => `insert into results values (${id}, ${id}, 1, ${id}, ${at + id}, 1, '${id === 3 ? 'compliant' : 'violation'}', '${SLOT}', null, 1, 7, 9);`).join('\n')}
    insert into results values (4, 4, 1, 4, ${at - 9}, 0, 'violation', '${SLOT}', null, null, 7, 9);
    ${[exposed, ...others].map((c, i) => `insert into changes values (${i + 1}, 1, 1, ${at}, '${c.kind}', '${c.key}', '${c.severity}', ${c.rule ? text(c.rule) : 'null'}, ${c.endpoint ? text(c.endpoint) : 'null'}, ${text(c.title)}, ${c.before ? text(c.before) : 'null'}, ${c.after ? text(c.after) : 'null'}, ${i % 2});`).join('\n')}
    insert into waivers values (1, 'acme', 'r', 'tcp/80', 'Ann', 'moves', '2027-01-31', 'high', 'WebPro', ${at});
    insert into messages values (1, 'k1', 'main', 1, ${text([event, operator, orphan])}, 'waiting', 2, ${at}, ${at}, null, 'no'), (2, 'k2', 'main', 1, ${text([event])}, 'held', 0, ${at}, ${at}, null, null), (3, 'k3', 'main', 1, '[]', 'joined', 0, ${at}, ${at}, null, null);
    insert into answers values (1, 'acme', 'c', 'i', 'done', 'Ann', 'dealer', '', ${at}, ${at});
    insert into site_reports values (1, 'acme', 'preinstall', ${at}, ${encode(oldSite())}), (2, 'acme', 'lan', ${at}, ${encode({})});
    insert into runs values ('g', ${at});
  `);
  await connection.close();
}

function oldSite(): object {
  const site = siteReport({ verdict: 'violation' });
  const target = { ...cleanReport.target, address: SLOT };
  const check = { ...cleanReport, ...oldReport('violation', [admin]), target };
  const outside = {
    ...{
      vantage: 'v:443',
      address: SLOT,
      scope: 'public',
      hops: [],
      check,
      proofs: [],
      sip: [],
      sipPorts: null,
      nat: null,
    },
    problems: [],
  };
  const reachable = {
    endpoint: 'tcp/80',
    service: 'webpro',
    basis: 'seen',
    cause: 'unexplained',
    mapping: null,
    since: null,
  };
  return {
    ...site,
    reachable: [{ ...reachable, sentence: 'Something leads there.' }],
    findings: [{ ...admin, rule: 'forward-not-agreed', title: 'tcp/80 is forwarded' }, gone],
    undetermined: [{ ...doubt, blocking: true }],
    evidence: { ...site.evidence, outside },
  };
}

async function expectAll(store: Store): Promise<void> {
  expect((await store.info()).version).toBe(MIGRATIONS.length);
  expect((await store.info()).counts).toMatchObject({
    ...{ results: 4, reports: 3, changes: 5, waivers: 1, messages: 3, answers: 1, site_reports: 2 },
  });
  expect(await store.check()).toEqual([
    'report 4: a report is stored in the unknown format 1',
    'site report 2: a site report is stored in the unknown format 1',
  ]);
  const [, first] = await Promise.all([1, 2].map(async (sweep) => (await collect(store.readSweepReports(sweep)))[0]!));
  expect(first!.report).toMatchObject({
    ...{ verdict: 'violation', authorization: 'J. Doe', durationMs: 7, tool: cleanReport.tool },
    again: { ruleset: expect.any(String) },
    findings: [
      { rule: admin.rule, about: 'exposure', severity: 'critical', effect: 'violation', endpoint: 'tcp/80' },
      { rule: admin.rule, about: 'exposure', effect: 'note', endpoint: 'tcp/8000', waiver },
      { rule: 'required-unreachable', about: 'outage', severity: 'high', endpoint: 'udp/5060' },
      { rule: 'a-rule-of-long-ago', about: 'exposure', severity: 'low', endpoint: null, data: {} },
    ],
  });
  expect(reportSchema.safeParse(sayReport(first!.report)).success).toBe(true);
  const [found] = sayReport(first!.report).findings;
  expect(first!.report.findings[0]?.data).not.toEqual({});
  expect(found?.title).toContain('WebPro');
  expect(first!.report.undetermined.filter(({ endpoint, blocking }) => endpoint === null && !blocking)).not.toEqual([]);

  const status = (await collect(store.readClientStates()))[0]!;
  expect(status).toMatchObject({
    slot: SLOT,
    resultId: 2,
    state: { verdict: 'violation', identities: state.identities },
  });
  expect(Object.keys(status.state.issues)).toEqual(Object.keys(state.issues));
  expect(status.state.issues['required-unreachable udp/5060']).toMatchObject({ outage: true, severity: 'high' });
  expect(sayState(status.state).issues['admin-interface-reachable tcp/80']?.title).toContain('WebPro');
  expect(JSON.stringify(status.state)).not.toContain('It answers');

  const changes = (await store.listChanges({})).reverse();
  expect(changes).toMatchObject([
    { ...pick(exposed), data: { was: 'medium', finding: first!.report.findings[0]!.data }, alerted: false },
    { ...pick(others[0]!), data: { silent: true, finding: first!.report.findings[0]!.data }, alerted: true },
    { ...pick(others[1]!), data: { before: 'WebPro', after: 'nginx' } },
    { ...pick(others[2]!), data: { before: null, after: SLOT } },
    { ...pick(others[3]!), data: { before: 'violation', summary: { verdict: 'violation' } } },
  ]);
  for (const change of changes) expect(sayChange(change).title).not.toBe('');

  await store.messages.closeDigest(1, NOW);
  const messages = await store.messages.claimMessages(daysLater(1), 9, 0);
  expect(messages).toMatchObject([
    {
      key: 'k1',
      attempts: 2,
      events: [{ changes: [{ kind: 'exposed' }, {}, {}, {}, {}] }, operator, { summary: null }],
    },
    {
      events: [
        {
          client: card,
          summary: { verdict: 'violation' },
          changes: [{ kind: 'exposed', data: { was: 'medium' } }, {}, {}, {}, {}],
        },
      ],
    },
  ]);
  expect(JSON.stringify(messages.map(sayMessage))).toContain('WebPro');

  const [site] = await store.listSiteReports('acme', 1).catch(() => []);
  expect(site).toBeUndefined();
  expect(await store.listWaivers()).toMatchObject([{ rule: 'r', by: 'Ann', severity: 'high', identity: 'WebPro' }]);
  expect(await store.listAnswers('acme', 'c')).toHaveLength(1);
  expect(await store.lastRun('g')).toEqual(NOW);
}

const pick = ({ kind, key, severity, rule, endpoint }: Readonly<Record<string, unknown>>) => ({
  ...{ kind, key, severity, rule, endpoint },
});

test('the dictionary of version 2 is the one that its reports were written with', () => {
  expect(createHash('sha256').update(OLD_DICTIONARY).digest('hex')).toBe(
    '7c80a0308ab218d43cbc8316a7eb5f5e1010339b9201e705ab9f21c46909f9ec',
  );
});

test('a store of version 2 is opened, converted and read with nothing lost', async () => {
  const path = stores.newPath();
  await writeOldStore(path);
  const store = await stores.open(path);
  await expectAll(store);
  await store.close();
  await expectSite(path);
});

/** The site report, once the damaged one beside it is gone. */
async function expectSite(path: string): Promise<void> {
  const connection = new SqliteConnection(path);
  connection.execute('delete from site_reports where id = 2');
  await connection.close();
  const store = await stores.open(path);
  const [site] = await store.listSiteReports('acme', 9);
  expect(site?.report).toMatchObject({
    verdict: 'violation',
    again: {},
    reachable: [{ endpoint: 'tcp/80', cause: 'unexplained', grounds: {} }],
    findings: [
      { rule: 'forward-not-agreed', endpoint: 'tcp/80' },
      { rule: 'a-rule-of-long-ago', data: {} },
    ],
    evidence: { outside: { check: { verdict: 'violation', findings: [{ rule: admin.rule, about: 'exposure' }] } } },
  });
  expect(site?.report.undetermined.some(({ blocking }) => blocking)).toBe(true);
  expect(JSON.stringify(site?.report)).not.toMatch('Something leads there|It answers');
}

test('two who open it at once convert it once', async () => {
  const path = stores.newPath();
  await writeOldStore(path);
  const [one, other] = await Promise.all([stores.open(path), stores.open(path)]);
  await expectAll(one);
  expect((await other.info()).version).toBe(MIGRATIONS.length);
});
