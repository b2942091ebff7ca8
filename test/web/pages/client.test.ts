import { beforeAll, describe, expect, test } from '@jest/globals';
import { createKey } from '../../../src/evidence/keys.js';
import { verifyPage } from '../../../src/evidence/verify-document.js';
import { listRoster } from '../../../src/fleet/sweep/roster.js';
import type { Handover } from '../../../src/model/handover.js';
import { addSweep, client } from '../../cli/filled-store.js';
import { answer, site, survey } from '../../check/rules/build-survey.js';
import { cleanReport } from '../../reports/sample-reports.js';
import { siteReport } from '../../fleet/store/site-fixtures.js';
import { until } from '../../vantage/run-app.js';
import { type ServeSetup, servePages } from '../serve.js';

const ACME = client('acme', { name: 'Acme Dental', authorization: { by: 'Ann', reference: 'T1', until: null } });
const LISTED = 'clients: [{ id: acme, address: 203.0.113.7, authorization: { by: Ann, reference: T1 } }]';

/** Pages of a client that is as agreed, and then is not. */
async function serveAcme(setup: ServeSetup = {}) {
  const served = await servePages(setup);
  const at = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  await addSweep(served.store.path, at(48), [{ client: ACME, survey: survey(site()) }]);
  await addSweep(served.store.path, at(2), [{ client: ACME, survey: survey(site(answer('tcp/80', 'nec-webpro'))) }]);
  return served;
}

describe('the page of a client', () => {
  let acme: Awaited<ReturnType<typeof serveAcme>>;
  beforeAll(async () => void (acme = await serveAcme()));

  test('shows verdict, findings with what to do, history, changes and whose permission there was', async () => {
    const { status, text } = await acme.browse('/clients/acme');
    expect(status).toBe(200);
    for (const part of ['Action needed', 'What to do', 'History', 'What changed since', 'Permission', 'WebPro'])
      expect(text).toContain(part);
    expect(text).toContain('data-live="/live"');
  });

  test('tells when the customer was last given a report, and takes the note that another was handed over', async () => {
    const { browse, submit } = await serveAcme();
    expect((await browse('/clients/acme')).text).toContain('No report was handed over so far.');
    const { status, headers } = await submit('/clients/acme/handed', { until: new Date().toISOString() });
    expect([status, headers['location']]).toEqual([303, '/clients/acme?done=handed#reports']);
    const { text } = await browse('/clients/acme?done=handed');
    expect(text).toContain('the next report lists what changes from now on');
    expect(text).toMatch(/The customer was last given a report of <time[^>]*>[^<]*<\/time> \(noted here\)/);
    expect((await submit('/clients/bolt/handed', { until: new Date().toISOString() })).status).toBe(404);
  });

  test('of a client that no sweep checked says so', async () => {
    const { browse } = await servePages();
    const { status, text } = await browse('/clients/bolt');
    expect(status).toBe(200);
    expect(text).toContain('no check of this client has been stored');
    expect(text).not.toContain('As agreed');
  });

  test('of a client that was checked on site only shows that, and no verdict of an address', async () => {
    const { browse, send, store } = await servePages();
    await store.putRoster('/clients.yaml', listRoster([ACME]));
    await store.addSiteReport(siteReport({ startedAt: new Date(Date.now() - 3_600_000).toISOString() }));
    const { text } = await browse('/clients/acme');
    for (const part of ['Fit to install', 'no sweep has checked it yet']) expect(text).toContain(part);
    expect(text).not.toContain('Nothing is known');
    expect((await send({ path: '/badge/acme.svg' })).text).toContain('not known');
    const report = JSON.parse((await send({ path: '/api/v1/clients/acme/report' })).text) as Handover;
    expect(report).toMatchObject({ addresses: [], site: { verdict: 'compliant' } });
  });

  test('and its report have the name that the inventory has, also where only someone at the site had it checked', async () => {
    const { browse, send, store } = await servePages();
    await store.putRoster('/clients.yaml', listRoster([ACME]));
    const report = { ...cleanReport, startedAt: new Date(Date.now() - 3_600_000).toISOString() };
    await store.write((writer) => writer.addInvitedCheck('acme', { invite: 'a', report }));
    const { text } = await send({ path: '/api/v1/clients/acme/report' });
    expect((JSON.parse(text) as Handover).client).toEqual({ id: 'acme', name: 'Acme Dental' });
    expect((await browse('/clients/acme/report.md')).text).toContain('Acme Dental');
  });

  test('tells why a client is not checked', async () => {
    const inventory = `
clients:
  - { id: acme, address: 127.0.0.11, paused: true, authorization: { by: Ann, reference: T1 } }
  - { id: bolt, address: 127.0.0.12 }
  - { id: over, address: 127.0.0.13, authorization: { by: Ann, reference: T1, until: 2020-01-31 } }
`;
    const { browse } = await servePages({ inventory });
    expect((await browse('/clients/acme')).text).toContain('Not checked: it is paused.');
    expect((await browse('/clients/bolt')).text).toMatch(/Not checked: [^.]*authori/);
    expect((await browse('/clients/over')).text).toMatch(/Not checked: [^.]*2020-01-31/);
  });

  test('says what to do about an address that the inventory does not have any more', async () => {
    const { browse, store } = await serveAcme({ inventory: LISTED.replace('203.0.113.7', '203.0.113.8') });
    const moved = { ...ACME, addresses: ['203.0.113.8'] };
    await store.putRoster('/clients.yaml', listRoster([moved]));
    const { text } = await browse('/clients/acme');
    expect(text).toContain('<code>sallyport client retire acme 203.0.113.7</code>');
    expect(text).toContain('203.0.113.7: the inventory does not have this address any more');
  });

  test('tells of a client that the inventory has no more, and offers no check of it', async () => {
    const { browse } = await serveAcme({ inventory: 'clients: []' });
    const { status, text } = await browse('/clients/acme');
    expect(status).toBe(200);
    expect(text).toContain('the inventory does not have it any more');
    expect(text).not.toContain('action="/clients/acme/check"');
  });

  test('and its link for the customer tell of an address that was not checked for long', async () => {
    const { browse, submit, store } = await servePages({ inventory: LISTED });
    const at = new Date(Date.now() - 9 * 86_400_000).toISOString();
    await addSweep(store.path, at, [{ client: ACME, survey: survey(site()) }]);
    await store.putRoster('/clients.yaml', listRoster([ACME]));
    const made = await submit('/clients/acme/links', { days: '7', note: '' });
    const link = /\/shared\/[\w-]+/.exec(made.text)![0];
    const words = 'It is not known how things are now:</p><ul><li>203.0.113.7: ';
    for (const path of ['/clients/acme', link])
      expect((await browse(path)).text).toContain(`${words}no check for 9 days`);
    await store.retireClient('acme', null, new Date());
    await store.putRoster('/clients.yaml', []);
    expect((await browse(link)).text).toContain(`${words}retired on`);
  });

  test('and its link for the customer say nothing of the kind where it was checked lately', async () => {
    const { browse, submit, store } = await servePages({ inventory: LISTED });
    const at = new Date(Date.now() - 3_600_000).toISOString();
    await addSweep(store.path, at, [{ client: ACME, survey: survey(site()) }]);
    await store.putRoster('/clients.yaml', listRoster([ACME]));
    const made = await submit('/clients/acme/links', { days: '7', note: '' });
    for (const path of ['/clients/acme', /\/shared\/[\w-]+/.exec(made.text)![0]])
      expect((await browse(path)).text).not.toContain('It is not known');
  });

  test('tells what was retired', async () => {
    const { browse, store } = await serveAcme();
    await store.retireClient('acme', null, new Date());
    expect((await browse('/clients/acme')).text).toContain('203.0.113.7 was retired on');
  });

  test.each([
    ['/clients/acne', 404, 'did you mean &quot;acme&quot;'],
    ['/clients/..%2F..%2Fetc%2Fpasswd', 404, 'there is no client'],
    ['/clients/%3Cscript%3E', 404, '&lt;script>'],
    ['/clients/acme%00', 404, 'there is no client'],
    [`/clients/${'a'.repeat(99)}`, 404, ''],
  ])('is not there for %s', async (path, status, words) => {
    const answered = await acme.browse(path);
    expect(answered.status).toBe(status);
    expect(answered.text).toContain(words);
    expect(answered.text).not.toContain('<script>');
  });

  test('shows hostile names as text', async () => {
    const inventory = `
clients:
  - id: acme
    name: <img src=x onerror=alert(1)>"'
    address: 127.0.0.11
    tags: []
`;
    const { browse } = await serveAcme({ inventory });
    const { text } = await browse('/clients/acme');
    expect(text).not.toContain('<img');
    expect(text).toContain('&lt;img src=x');
  });
});

describe('who may do what', () => {
  const FORMS = ['check', 'waivers', 'waivers/1/end', 'checklist'];
  let guarded: Awaited<ReturnType<typeof serveAcme>>;
  beforeAll(async () => void (guarded = await serveAcme({ withTokens: true })));

  test('a viewer reads, and is offered nothing else', async () => {
    const { browse, signIn } = guarded;
    const cookie = await signIn('viewer');
    const { status, text } = await browse('/clients/acme', { headers: { cookie } });
    expect(status).toBe(200);
    expect(text).not.toMatch(/method="post" action="\/clients/);
  });

  test.each(FORMS)('a viewer is refused: %s', async (form) => {
    const { submit, signIn, store } = guarded;
    const cookie = await signIn('viewer');
    expect((await submit(`/clients/acme/${form}`, {}, { headers: { cookie } })).status).toBe(403);
    expect(await store.listWaivers()).toEqual([]);
  });

  test.each(FORMS)('so is a form of another site: %s', async (form) => {
    const { submit, signIn } = guarded;
    const cookie = await signIn('admin');
    const headers = { cookie, origin: 'https://evil.example' };
    expect((await submit(`/clients/acme/${form}`, {}, { headers })).status).toBe(403);
  });

  test('no one reads without signing in', async () => {
    const { browse } = guarded;
    for (const path of ['', '/report.html', '/report.pdf', '/report.json', '/report.md'])
      expect((await browse(`/clients/acme${path}`)).status).toBe(303);
  });
});

describe('accepting a finding', () => {
  const FIELDS = {
    finding: 'admin-interface-reachable tcp/80',
    by: 'Ann <b>',
    reason: 'moves in June',
    until: new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10),
  };

  test('is what sallyport waive does, is shown, and can be ended', async () => {
    const { browse, submit, store } = await serveAcme();
    expect((await browse('/clients/acme')).text).toContain('value="admin-interface-reachable tcp/80"');
    const accepted = await submit('/clients/acme/waivers', FIELDS);
    expect([accepted.status, accepted.headers.location]).toEqual([303, '/clients/acme?done=accepted#waivers']);
    const [waiver] = await store.listWaivers('acme');
    expect(waiver).toMatchObject({ rule: 'admin-interface-reachable', endpoint: 'tcp/80', by: 'Ann <b>' });
    const page = await browse(accepted.headers.location!.split('#')[0]!);
    expect(page.text).toContain('The finding is accepted.');
    expect(page.text).toContain('Ann &lt;b>');
    const ended = await submit(`/clients/acme/waivers/${waiver!.id}/end`, {});
    expect(ended.headers.location).toBe('/clients/acme?done=revoked#waivers');
    expect(await store.listWaivers('acme')).toEqual([]);
  });

  test('twice says that one of them is enough, and of nothing found that it applies later', async () => {
    const { submit } = await serveAcme();
    await submit('/clients/acme/waivers', FIELDS);
    const again = await submit('/clients/acme/waivers', FIELDS);
    expect(again.headers.location).toContain('done=accepted-again');
    const unfound = await submit('/clients/acme/waivers', { ...FIELDS, finding: 'admin-interface-reachable tcp/81' });
    expect(unfound.headers.location).toContain('done=accepted-unfound');
  });

  test.each([
    [{ finding: 'no-such-rule' }, 'there is no rule'],
    [{ by: ' ' }, 'Who accepts it: must not be empty'],
    [{ reason: 'x'.repeat(600) }, 'at most 512'],
    [{ until: '2099-01-01' }, 'at most two years ahead'],
    [{ until: '2020-01-01' }, 'Last day'],
  ])('is refused with a sentence: %j', async (change, words) => {
    const { submit, store } = await serveAcme();
    const { status, text } = await submit('/clients/acme/waivers', { ...FIELDS, ...change });
    expect(status).toBe(400);
    expect(text).toContain(words);
    expect(await store.listWaivers()).toEqual([]);
  });

  test('that is refused keeps what was typed, and says beside each field what is wrong', async () => {
    const { submit } = await serveAcme();
    const { text } = await submit('/clients/acme/waivers', {
      ...FIELDS,
      by: ' ',
      until: '2020-01-01',
      reason: 'R & D',
    });
    expect(text).toContain('Nothing was stored.');
    expect(text).toMatch(/<details open[^>]*><summary>Accept a finding/);
    expect(text).toMatch(/name="reason"[^>]*value="R &amp; D"/);
    expect(text).toMatch(/<p class="error" id="by-error">[^<]*must not be empty/);
    expect(text).toMatch(/value="2020-01-01"[^>]*aria-describedby="until-hint until-error"/);
    expect(text).toMatch(/<p class="error" id="until-error">[^<]*past/);
    expect(text).not.toContain('reason-error');
    expect(text).not.toContain('data-live');
  });

  test('of another client is not ended here', async () => {
    const { submit, store } = await serveAcme();
    await submit('/clients/acme/waivers', FIELDS);
    const [waiver] = await store.listWaivers('acme');
    expect((await submit(`/clients/bolt/waivers/${waiver!.id}/end`, {})).status).toBe(404);
    expect(await store.listWaivers()).toHaveLength(1);
  });
});

describe('the checklist', () => {
  test('takes answers of one person as the command does', async () => {
    const { browse, submit } = await serveAcme();
    const { text } = await browse('/clients/acme');
    const [, item = ''] = /name="answer-([\w-]+)"/.exec(text) ?? [];
    const [, role = ''] = /Confirmed by (\w+)/.exec(text) ?? [];
    const answered = await submit('/clients/acme/checklist', {
      ...{ by: 'Ann', role },
      [`answer-${item}`]: 'no',
      [`note-${item}`]: 'next <week>',
    });
    expect(answered.headers.location).toBe('/clients/acme?done=answered#checklist');
    expect((await browse('/clients/acme')).text).toContain('next &lt;week>');
    const none = await submit('/clients/acme/checklist', { by: 'Ann', role });
    expect(none.headers.location).toContain('done=unanswered');
  });

  test('refuses a role that cannot attest, and stores nothing', async () => {
    const { browse, submit } = await serveAcme();
    const { text } = await browse('/clients/acme');
    const items = [...text.matchAll(/name="answer-([\w-]+)"/g)].map(([, id]) => [`answer-${id}`, 'yes'] as const);
    const refused = await submit('/clients/acme/checklist', {
      by: 'Ann',
      role: 'provider',
      ...Object.fromEntries(items),
    });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('cannot be attested as provider');
    expect(refused.text).toMatch(/<option value="yes" selected/);
    expect(refused.text).toMatch(/<p class="error" id="answer-[\w-]+-error">/);
    expect((await browse('/clients/acme')).text).toContain('0 of');
  });
});

describe('a report', () => {
  test.each([
    ['html', 'text/html; charset=utf-8', /^inline; filename="sallyport-acme-\d{4}-\d\d-\d\d\.html"$/],
    ['pdf', 'application/pdf', /^attachment; filename="sallyport-acme-\d{4}-\d\d-\d\d\.pdf"$/],
    ['md', 'text/markdown; charset=utf-8', /\.md"$/],
    ['json', 'application/json; charset=utf-8', /\.json"$/],
  ])('can be had as %s', async (ending, type, disposition) => {
    const { browse } = await serveAcme();
    const answered = await browse(`/clients/acme/report.${ending}`);
    expect(answered.status).toBe(200);
    expect(answered.headers['content-type']).toBe(type);
    expect(answered.headers['content-disposition']).toMatch(disposition);
    expect(answered.text.length).toBeGreaterThan(500);
  });

  test('is signed where there is a key, with its client, verdict and the end of its chain', async () => {
    const key = createKey('Ann');
    const { browse, store } = await serveAcme({ key });
    const { text } = await browse('/clients/acme/report.html');
    const verified = verifyPage(Buffer.from(text));
    expect(verified).toMatchObject({ state: 'intact', statement: { client: { id: 'acme' }, verdict: 'violation' } });
    expect(verified.state === 'intact' && verified.statement.chain).toEqual(await store.readChainHead('acme'));
    expect(text).toContain(key.id);
    expect(verifyPage(Buffer.from(text.replace('Action needed', 'As agreed'))).state).toBe('altered');
    expect(verifyPage(Buffer.from((await (await serveAcme()).browse('/clients/acme/report.html')).text)).state).toBe(
      'unsigned',
    );
  });

  test('is of the time that is asked for', async () => {
    const { browse } = await serveAcme();
    const yesterday = new Date(Date.now() - 30 * 3_600_000).toISOString().slice(0, 16) + 'Z';
    const { text } = await browse(`/clients/acme/report.json?at=${yesterday}`);
    const handover = JSON.parse(text) as Handover;
    expect(handover.addresses[0]?.report.verdict).toBe('compliant');
    expect((await browse('/clients/acme/report.json?at=2001-01-01')).status).toBe(404);
    expect((await browse('/clients/acme/report.json?at=soon')).status).toBe(400);
    expect((await browse('/clients/acme/report.json?since=2099-01-01')).status).toBe(400);
  });

  test.each(['bolt', 'nobody', 'a%0d%0aset-cookie:%20x'])('is not there for %s', async (id) => {
    const { browse } = await serveAcme();
    const answered = await browse(`/clients/${id}/report.html`);
    expect(answered.status).toBe(404);
    expect(answered.headers['set-cookie']).toBeUndefined();
  });
});

describe('check now', () => {
  test('checks the client as a sweep does, and its page shows how that goes', async () => {
    const { browse, submit, checks, store } = await servePages();
    const begun = await submit('/clients/acme/check', {});
    expect(begun.status).toBe(303);
    const { location } = begun.headers;
    expect(location).toMatch(/^\/checks\/[\w-]{22}$/);
    const id = location!.split('/')[2]!;
    const first = await browse(location!);
    expect(first.text).toContain('Check of Acme Dental');
    await new Promise<void>((resolve) => {
      const look = (): void => void (checks.get(id)?.state !== 'running' && resolve());
      checks.listen(id, look);
      look();
    });
    const done = await browse(location!);
    expect(done.text).not.toContain('http-equiv="refresh"');
    expect(done.text).toContain('href="/clients/acme"');
    expect(done.text).toContain('tcp/');
    expect((await store.listHistory('acme', 5)).length).toBeGreaterThan(0);
  });

  test('of several addresses names that of each endpoint', async () => {
    const inventory =
      'clients: [{ id: acme, address: [127.0.0.11, 127.0.0.12], authorization: { by: Ann, reference: T1 } }]';
    const { browse, submit, send, checks } = await servePages({ inventory });
    const { location } = (await submit('/clients/acme/check', {})).headers;
    await until(() => checks.list()[0]?.state === 'done');
    const { text } = await browse(location!);
    const rows = [...text.matchAll(/<td[^>]*>(127\.0\.0\.1[12])<\/td><td[^>]*>tcp\/80</g)].map(
      ([, address]) => address,
    );
    expect(rows.sort()).toEqual(['127.0.0.11', '127.0.0.12']);
    const answer = await send({ path: `/api/v1${location}` });
    const { seen } = JSON.parse(answer.text) as { seen: { address: string; endpoint: string }[] };
    expect(
      seen
        .filter(({ endpoint }) => endpoint === 'tcp/80')
        .map(({ address }) => address)
        .sort(),
    ).toEqual(rows);
  });

  test('is refused for a client that may not be checked, or is not there', async () => {
    const { submit, checks } = await servePages({ inventory: 'clients: [{ id: acme, address: 127.0.0.11 }]' });
    const refused = await submit('/clients/acme/check', {});
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('acme is not checked');
    expect((await submit('/clients/nobody/check', {})).status).toBe(404);
    expect(checks.list()).toEqual([]);
  });

  test('a check that was forgotten is not there', async () => {
    const { browse } = await servePages();
    expect((await browse('/checks/nothing')).status).toBe(404);
  });
});
