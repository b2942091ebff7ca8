import { afterAll } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SigningKey } from '../../src/evidence/keys.js';
import { InviteFolder } from '../../src/files/invites/invite-folder.js';
import { loadInventory } from '../../src/files/clients/inventory.js';
import { parseProxies } from '../../src/files/server/listen.js';
import { hashToken } from '../../src/files/server/token-file.js';
import { shareFolder } from '../../src/cli/kit/serve-invites.js';
import { openStore } from '../../src/fleet/store/open-store.js';
import type { Brand } from '../../src/model/brand.js';
import type { ReadWork } from '../../src/model/work-status.js';
import type { AccessRole } from '../../src/model/access-role.js';
import { Checks } from '../../src/web/checks/checks.js';
import { createCheckKeeper } from '../../src/web/invites/keep-check.js';
import { InviteDesk, type InvitePlace } from '../../src/web/invites/invite-desk.js';
import { LiveFeed } from '../../src/web/live/live-feed.js';
import { ServeMetrics } from '../../src/web/metrics/serve-metrics.js';
import type { WebLimits } from '../../src/web/serve-context.js';
import { startServe } from '../../src/web/start-serve.js';
import { type Answer, ask, type Asked } from '../vantage/run-app.js';

const INVENTORY = `
defaults:
  authorization: { by: Ann, reference: T1 }
clients:
  - { id: acme, name: Acme Dental, address: 127.0.0.11 }
  - { id: bolt, name: Bolt & Söhne, address: 127.0.0.12 }
`;

/** Tokens of the pages under test, by role. */
export const TOKENS = { viewer: 'spt_viewer', operator: 'spt_operator', admin: 'spt_admin' } as const;

const stops: (() => Promise<void>)[] = [];
afterAll(async () => void (await Promise.all(stops.map((stop) => stop()))));

export interface ServeSetup {
  /** Everyone has to sign in. */
  readonly withTokens?: boolean;
  readonly inventory?: string;
  /** What its file is called. */
  readonly inventoryName?: string;
  readonly limits?: Partial<WebLimits>;
  readonly now?: () => Date;
  readonly brand?: Brand | null;
  /** What reports are signed by. */
  readonly key?: SigningKey | null;
  /** What shows that our own line works. */
  readonly control?: string | null;
  /** Where codes are made, if not in a folder on this machine. */
  readonly place?: (signal: AbortSignal) => InvitePlace;
  /** Proxies that tell for whom they ask. */
  readonly proxies?: string;
  readonly readWork?: ReadWork;
}

/** Pages on a port of their own on loopback, with a store and an inventory, until the tests of the file end. */
export async function servePages({
  withTokens = false,
  inventory = INVENTORY,
  inventoryName = 'clients.yaml',
  limits,
  now,
  brand = null,
  key = null,
  proxies,
  control,
  place,
  readWork = () => Promise.resolve(null),
}: ServeSetup = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'serve-'));
  const file = join(directory, inventoryName);
  const tokenFile = join(directory, 'tokens');
  await writeFile(file, inventory);
  const lines = (Object.keys(TOKENS) as AccessRole[]).map(
    (role) => `${role} sha256:${hashToken(TOKENS[role]).toString('hex')} role:${role}\n`,
  );
  await writeFile(tokenFile, lines.join(''), { mode: 0o600 });
  const store = await openStore(join(directory, 'store.sqlite'));
  const ending = new AbortController();
  const troubles: unknown[] = [];
  const onTrouble = (error: unknown): void => void troubles.push(error);
  const clock = now ?? (() => new Date());
  const checks = new Checks({
    now: clock,
    ending: ending.signal,
    describeFailure: (error) => (error as Error).message,
    worst: (reports) => reports[0]?.verdict ?? 'inconclusive',
  });
  const live = new LiveFeed(store, onTrouble, 20);
  const metrics = new ServeMetrics({ store, live, now: clock, readWork });
  const folder = await InviteFolder.open(join(directory, 'invites'));
  const files = {
    inventory: file,
    chosen: '',
    ignore: [],
    read: async () => ({ inventory: await loadInventory(file), alerts: null }),
  };
  const codes = place?.(ending.signal) ?? shareFolder(folder, 'https://vantage.example');
  const desk = new InviteDesk(store, codes, createCheckKeeper(store, files, {}));
  const served = await startServe({
    invites: desk,
    listen: { host: '127.0.0.1', port: 0, loopback: true },
    tokenFile: withTokens ? tokenFile : null,
    ...{
      tls: null,
      proxies: proxies === undefined ? [] : parseProxies(proxies),
      brand,
      key,
      limits,
      store,
      checks,
      readWork,
      live,
      metrics,
      onTrouble,
    },
    files,
    figures: {
      ...{ confirmAfterMs: 0, allowSpecial: true, timing: 'fast', control: control ?? undefined },
      onEndpoint: (seen) => metrics.countProbe(seen),
    },
    now: clock,
    readBuilt: (name) => readFile(new URL(`../../dist/web/browser/${name}`, import.meta.url)),
    ending: ending.signal,
    onNote: () => {},
  });
  stops.push(async () => {
    ending.abort();
    await served.close();
    await store.close();
    await rm(directory, { recursive: true });
  });
  const port = Number(new URL(served.url).port);
  const origin = `http://127.0.0.1:${port}`;
  const send = (asked: Asked): Promise<Answer> => ask(port, { ...asked, path: asked.path ?? '/' });
  /** Asks as a browser does: for pages, and with its origin. */
  const browse = (path: string, asked: Asked = {}) =>
    send({ path, ...asked, headers: { accept: 'text/html', ...asked.headers } });
  /** Sends a form of ours. */
  const submit = (path: string, fields: Record<string, string>, asked: Asked = {}) =>
    browse(path, {
      method: 'POST',
      body: new URLSearchParams(fields).toString(),
      ...asked,
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin, ...asked.headers },
    });
  /** The cookie of a session that was begun with a token. */
  const signIn = async (role: AccessRole): Promise<string> => {
    const answer = await submit('/sign-in', { token: TOKENS[role] });
    return String(answer.headers['set-cookie']?.[0]).split(';')[0]!;
  };
  return {
    invites: folder,
    desk,
    directory,
    file,
    tokenFile,
    store,
    port,
    origin,
    send,
    browse,
    submit,
    signIn,
    troubles,
    served,
    checks,
  };
}
