import type { VantageApp } from '../vantage-app.js';

/** GET /v1/openapi.json: describes the API; needs no token, since it is the same everywhere. */
export function addOpenapiRoute(app: VantageApp): void {
  app.get('/v1/openapi.json', { schema: { hide: true } }, () => app.swagger());
}
