import * as z from 'zod';
import type { VantageApp } from '../vantage-app.js';

/** GET /healthz: whether the server answers; needs no token and tells nothing else. */
export function addHealthRoute(app: VantageApp): void {
  const schema = { summary: 'Whether the vantage answers', response: { 200: z.object({ status: z.literal('ok') }) } };
  app.get('/healthz', { schema }, () => ({ status: 'ok' as const }));
}
