import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';

/** A file that pages ask for. Its name changes with its content, so it may be kept for ever. */
interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
}

/** What is built from `src/web/browser/`: the script that most pages have, and what charts alone need. */
const BUILT = {
  live: ['live.js', 'text/javascript'],
  chart: ['chart.js', 'text/javascript'],
  chartStyle: ['chart.css', 'text/css'],
} as const;

/** The paths of the files that pages ask for. */
export type AssetPaths = Readonly<Record<'style' | keyof typeof BUILT, string>>;

/**
 * Adds routes for the styles and scripts of pages.
 * @param readBuilt reads a file of those that the build has made
 * @returns where they are
 */
export async function addAssetRoutes(
  app: ServerApp,
  style: string,
  readBuilt: (name: string) => Promise<Buffer>,
): Promise<AssetPaths> {
  const built = await Promise.all(
    Object.entries(BUILT).map(
      async ([key, [name, type]]) => [key, nameAsset(name, type, await readBuilt(name))] as const,
    ),
  );
  const assets = [['style', nameAsset('style.css', 'text/css', Buffer.from(style))] as const, ...built];
  const byPath = new Map(assets.map(([, asset]) => [asset.path, asset]));
  const schema = { hide: true, params: z.object({ name: z.string() }) };
  app.get('/assets/:name', { schema, config: { needs: null } }, (request, reply) => {
    const asset = byPath.get(`/assets/${request.params.name}`);
    if (!asset) throw new Refusal(404, 'not-found', 'there is no such file');
    return reply
      .header('cache-control', 'public, max-age=31536000, immutable')
      .header('x-content-type-options', 'nosniff')
      .type(`${asset.type}; charset=utf-8`)
      .send(asset.body);
  });
  return Object.fromEntries(assets.map(([key, { path }]) => [key, path])) as AssetPaths;
}

function nameAsset(name: string, type: string, body: Buffer): Asset {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return { path: `/assets/${name.replace('.', `-${hash}.`)}`, type, body };
}
