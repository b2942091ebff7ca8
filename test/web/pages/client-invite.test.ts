import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { askServer } from '../../../src/cli/kit/serve-invites.js';
import { parseCode } from '../../../src/files/invites/invite-code.js';
import { VantageClient } from '../../../src/site/outside/vantage-client.js';
import { createFiles } from '../../cli/run.js';
import { cleanReport, dmzReport } from '../../reports/sample-reports.js';
import { OPERATOR_TOKEN, OTHER_TOKEN, runApp } from '../../vantage/run-app.js';
import { servePages } from '../serve.js';

const { directory } = createFiles();

test('an operator makes a code that is good for one check of the client, by what was agreed with it', async () => {
  const { submit, signIn, invites } = await servePages({ withTokens: true });
  const cookie = await signIn('operator');
  const { status, text } = await submit('/clients/acme/invites', { hours: '24' }, { headers: { cookie } });
  expect(status).toBe(200);
  const [, code = ''] = /<p class="code">([^<]+)<\/p>/.exec(text) ?? [];
  const found = await invites.find(parseCode(code)!, new Date());
  expect(found).toMatchObject({
    ...{ client: 'acme', source: 'outsider', addresses: ['127.0.0.11'], createdBy: 'operator', use: null },
    profile: { name: 'closed' },
  });
  expect(text).toContain('https://vantage.example');
});

test.each([
  ['viewer', '/clients/acme/invites', '24', 403],
  ['operator', '/clients/nobody/invites', '24', 404],
  ['operator', '/clients/acme/invites', '9999', 400],
] as const)('a %s makes none at %s for %s hours', async (role, path, hours, status) => {
  const { submit, signIn } = await servePages({ withTokens: true });
  const cookie = await signIn(role);
  expect((await submit(path, { hours }, { headers: { cookie } })).status).toBe(status);
});

/** Pages whose codes a vantage server makes, and its folder of invites. */
async function serveWithVantage(token = OPERATOR_TOKEN) {
  const path = await mkdtemp(join(directory, 'invites-'));
  const { folder, port } = await runApp({ invites: path, now: () => new Date() });
  const url = new URL(`http://127.0.0.1:${port}`);
  const place = (signal: AbortSignal) =>
    askServer(new VantageClient({ url, token }), 'https://vantage.example', signal);
  const served = await servePages({ place });
  const makeCode = async () => {
    const { status, text } = await served.submit('/clients/acme/invites', { hours: '24' });
    return { status, text, code: /<p class="code">([^<]+)<\/p>/.exec(text)?.[1] ?? '' };
  };
  /** What the client's page says of its codes. */
  const readCodes = async (): Promise<string> => {
    const { text } = await served.browse('/clients/acme');
    return text.slice(text.indexOf('data-part="codes"')).split('</section>')[0]!;
  };
  return { ...served, folder: folder!, makeCode, readCodes };
}

/** However long ago they expired. */
const ALL = { any: new Date(0), used: new Date(0), open: new Date(0) };

describe('codes of a vantage server elsewhere', () => {
  test('are made there, and the page tells what became of each; the result is stored once', async () => {
    const { makeCode, readCodes, folder, desk, store, browse } = await serveWithVantage();
    const { code } = await makeCode();
    const invite = await folder.find(parseCode(code)!, new Date());
    expect(invite).toMatchObject({
      client: 'acme',
      source: 'outsider',
      createdBy: 'olga',
      profile: { name: 'closed' },
    });
    expect(await readCodes()).toContain('not used yet');
    const at = new Date().toISOString();
    const use = { kind: 'check' as const, at, address: '198.51.100.9', secretHash: '0'.repeat(64), until: at };
    const used = await folder.use(invite!, use);
    await desk.refresh(new Date());
    expect(await readCodes()).toContain('used, no result so far');
    await folder.putReport(used!, { ...dmzReport, startedAt: at }, false);
    for (let times = 0; times < 2; times++) await desk.refresh(new Date());
    const codes = await readCodes();
    expect(codes).toContain('Action needed');
    expect(codes).not.toContain('no result');
    expect((await store.listInvitedChecks('acme', 10)).map(({ invite: id }) => id)).toEqual([invite!.id]);
    expect((await browse('/clients/acme')).text).toContain('Checked from the site');
  });

  test('that expire are told so', async () => {
    const { makeCode, readCodes, desk, store } = await serveWithVantage();
    await makeCode();
    const [made] = await store.codes.list('acme', 1);
    await store.codes.settle(made!, 'expired', new Date());
    expect(await readCodes()).toContain('expired, not used');
    expect(await store.codes.listPending(ALL, 10)).toEqual([]);
    await desk.refresh(new Date());
    expect(desk.problem).toBeNull();
  });

  test('that came to something while no one could ask are asked for when someone can, also of a client that was renamed', async () => {
    const { makeCode, folder, desk, store } = await serveWithVantage();
    const { code } = await makeCode();
    const at = new Date().toISOString();
    const use = { kind: 'check' as const, at, address: '198.51.100.9', secretHash: '0'.repeat(64), until: at };
    const used = await folder.use((await folder.find(parseCode(code)!, new Date()))!, use);
    await folder.putReport(used!, { ...dmzReport, startedAt: at }, false);
    await store.renameClient('acme', 'acme-north');
    const days = (count: number) => new Date(Date.now() + count * 86_400_000);
    await desk.refresh(days(60));
    expect(await store.listInvitedChecks('acme-north', 10)).toEqual([]);
    await desk.refresh(days(20));
    expect(desk.problem).toBeNull();
    expect((await store.listInvitedChecks('acme-north', 10)).map(({ invite }) => invite)).toEqual([used!.id]);
  });

  test('cannot be made with a token that may not, and the reason is told', async () => {
    const { makeCode, readCodes } = await serveWithVantage(OTHER_TOKEN);
    const { status, text } = await makeCode();
    expect(status).toBe(400);
    expect(text).toContain('this token may not invite others: it needs the role operator');
    expect(await readCodes()).not.toContain('<table');
  });

  test('that are not known there any more are said to be so', async () => {
    const { readCodes, desk, store, makeCode, folder } = await serveWithVantage();
    const { code } = await makeCode();
    const invite = await folder.find(parseCode(code)!, new Date());
    const [made] = await store.codes.list('acme', 1);
    await store.codes.add({ ...made!, invite: 'a'.repeat(invite!.id.length) });
    await desk.refresh(new Date());
    expect(await readCodes()).toMatch(
      /not known any more where it was made[^]*not used yet|not used yet[^]*not known any/,
    );
    expect(desk.problem).toBeNull();
  });

  test('that cannot be asked are said to be so, and keep no other waiting', async () => {
    const nowhere = new VantageClient({ url: new URL('http://127.0.0.1:1'), token: OPERATOR_TOKEN });
    const { browse, desk, store } = await servePages({
      place: (signal) => askServer(nowhere, 'https://vantage.example', signal),
    });
    const at = new Date();
    const expiresAt = new Date(at.getTime() + 3_600_000).toISOString();
    const code = { clientId: 'acme', by: 'Ann', state: 'open' as const, createdAt: at.toISOString(), expiresAt };
    for (const invite of ['a'.repeat(20), 'b'.repeat(20)]) await store.codes.add({ ...code, invite });
    await desk.refresh(at);
    const { text } = await browse('/clients/acme');
    expect(text).toContain('What became of codes could not be asked');
    expect(text).toContain('not used yet');
    expect((await store.codes.listPending(ALL, 10)).map(({ invite }) => invite[0])).toEqual(['b', 'a']);
  });

  test('are forgotten with the client', async () => {
    const { makeCode, store } = await serveWithVantage();
    await makeCode();
    await store.forgetClient('acme');
    expect(await store.codes.list('acme', 10)).toEqual([]);
  });
});

test('codes of a folder on this machine are followed as well', async () => {
  const { submit, browse, invites, desk } = await servePages();
  await submit('/clients/acme/invites', { hours: '24' });
  const { text } = await browse('/clients/acme');
  expect(text).toContain('not used yet');
  const [code = ''] =
    /[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}/.exec((await submit('/clients/acme/invites', { hours: '1' })).text) ??
    [];
  const invite = await invites.find(parseCode(code)!, new Date());
  const at = new Date().toISOString();
  const used = await invites.use(invite!, {
    kind: 'check',
    at,
    address: '198.51.100.9',
    secretHash: '0'.repeat(64),
    until: at,
  });
  await invites.putReport(used!, { ...cleanReport, startedAt: at }, false);
  await desk.refresh(new Date());
  expect((await browse('/clients/acme')).text).toMatch(/As agreed[^]*not used yet|not used yet[^]*As agreed/);
});
