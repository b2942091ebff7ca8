import { readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from '@jest/globals';
import { until } from '../../vantage/run-app.js';
import { servePages } from '../serve.js';

const PATH = '/api/v1/inventory';
const YAML = `
defaults:
  authorization: { by: Ann, reference: T1 }
clients:
  - { id: acme, address: 127.0.0.11 }
  - { id: new, address: 127.0.0.13 }
`;

async function serve() {
  const served = await servePages();
  const { send, origin, file } = served;
  const post = async (body: string, asked: { query?: string; headers?: Record<string, string> } = {}) => {
    const { query = '', headers = {} } = asked;
    const type = headers['content-type'] ?? 'application/yaml';
    const answer = await send({
      ...{ method: 'POST', path: `${PATH}${query}`, body },
      headers: { origin, ...headers, 'content-type': type },
    });
    return { ...answer, json: JSON.parse(answer.text) as Record<string, unknown> };
  };
  return { ...served, post, read: () => readFile(file, 'utf8'), before: await readFile(file, 'utf8') };
}

test('an inventory takes the place of the one there is, and what is new is listed at once', async () => {
  const { post, read, send, file } = await serve();
  const { status, json, headers } = await post(YAML);
  expect([status, json]).toEqual([200, { clients: 2, added: 1, dropped: ['bolt'], notes: [], isWritten: true }]);
  expect(await read()).toBe(YAML);
  expect((await send({ path: PATH })).headers.etag).toBe(headers.etag);
  expect((await send({ path: '/api/v1/clients?search=new' })).text).toContain('"verdict":"not-checked"');
  expect((await readdir(dirname(file))).filter((name) => name.includes('.new'))).toEqual([]);
});

test('nothing is written while someone else writes it, and that is told as a conflict', async () => {
  const { post, read, before, file } = await serve();
  await writeFile(`${file}.new`, '');
  const { status, json } = await post(YAML);
  expect([status, json['error']]).toEqual([409, expect.stringContaining('is being changed')]);
  expect(await read()).toBe(before);
});

test('a dry run changes nothing', async () => {
  const { post, read, before } = await serve();
  const { status, json } = await post(YAML, { query: '?dry-run=true' });
  expect([status, json]).toMatchObject([200, { isWritten: false, dropped: ['bolt'] }]);
  expect(await read()).toBe(before);
});

test('mistakes are listed with their places, and nothing is written', async () => {
  const { post, read, before } = await serve();
  const { status, json } = await post('clients:\n  - { id: acme, address: 127.0.0.300 }\n  - { id: acme, pause: 1 }\n');
  expect(status).toBe(400);
  const mistakes = json['mistakes'] as { file: string; line: number; key: string | null; message: string }[];
  expect(mistakes.length).toBeGreaterThan(1);
  expect(mistakes.map(({ file, line }) => [file, line])).toEqual(
    expect.arrayContaining([
      ['clients.yaml', 2],
      ['clients.yaml', 3],
    ]),
  );
  expect(mistakes[0]!.key).toContain('acme');
  expect(await read()).toBe(before);
});

test('what was changed meanwhile stays', async () => {
  const { post, read, send } = await serve();
  const { etag } = (await send({ path: PATH })).headers;
  expect((await post(YAML, { headers: { 'if-match': etag! } })).status).toBe(200);
  const late = await post(`${YAML}  - { id: bolt, address: 127.0.0.12 }\n`, { headers: { 'if-match': etag! } });
  expect(late.status).toBe(412);
  expect(await read()).toBe(YAML);
});

test('more than half of the clients are not dropped by mistake', async () => {
  const { post, read, before } = await serve();
  const { status, json } = await post('clients: []\n');
  expect([status, json['error']]).toEqual([409, expect.stringContaining('2 of 2 clients')]);
  expect(await read()).toBe(before);
  expect((await post('clients: []\n', { query: '?force=true' })).status).toBe(200);
});

test('what is neither YAML nor CSV is refused by its type', async () => {
  const { post, read, before } = await serve();
  for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
    const { status, json } = await post('{}', { headers: { 'content-type': type } });
    expect([status, json['error']]).toEqual([415, 'the body must be application/yaml or text/csv']);
  }
  expect(await read()).toBe(before);
});

test('CSV becomes YAML where the file is YAML', async () => {
  const { post, read, send } = await serve();
  const csv = 'id,address,authorized_by,authorization_reference\nacme,127.0.0.11,Ann,T1\nbolt,127.0.0.12,Ann,T1\n';
  const { status, json } = await post(csv, { headers: { 'content-type': 'text/csv' } });
  expect([status, json]).toMatchObject([200, { clients: 2, added: 0, dropped: [] }]);
  expect(await read()).toContain('id: acme');
  expect((await send({ path: PATH })).headers['content-type']).toContain('application/yaml');
});

test('a check of a client is begun, followed to its end and listed', async () => {
  const { send, origin, checks, store } = await servePages();
  const body = JSON.stringify({ client: 'acme' });
  const begun = await send({ method: 'POST', path: '/api/v1/checks', body, headers: { origin } });
  expect(begun.status).toBe(202);
  const { location } = begun.headers;
  const { text } = await send({ path: `${location}/events` });
  expect(text).toContain('event: check');
  expect(text.trim().endsWith('event: end\ndata: {}')).toBe(true);
  await until(() => checks.list()[0]?.state !== 'running');
  const check = JSON.parse((await send({ path: location! })).text) as {
    state: string;
    reports: object[];
    seen: object[];
  };
  expect([check.state, check.reports.length]).toEqual(['done', 1]);
  expect(check.seen.length).toBeGreaterThan(5);
  expect((await store.listSweeps(1))[0]?.state).toBe('finished');
  expect((await send({ path: '/metrics' })).text).toMatch(/^sallyport_probes_total\{state="/m);
});
