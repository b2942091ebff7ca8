import type { FastifyRequest } from 'fastify';
import type { SigningKey } from '../evidence/keys.js';
import type { Brand } from '../model/brand.js';
import type { ReadWork } from '../model/work-status.js';
import type { Store } from '../fleet/store/store.js';
import type { ConnectionLimits } from '../server/connections.js';
import type { CountRate } from '../server/rates.js';
import type { Access } from './access/recognise.js';
import type { CheckFigures } from './checks/check-client.js';
import type { Checks } from './checks/checks.js';
import type { DealerFiles } from './dealer-files.js';
import type { PageContent } from './kit/page.js';
import type { AssetPaths } from './kit/assets.js';
import type { InviteDesk } from './invites/invite-desk.js';
import type { LiveFeed } from './live/live-feed.js';
import type { ServeMetrics } from './metrics/serve-metrics.js';
import type { ReportDesk } from './reports/report-desk.js';
import type { StoreCounts } from './store-counts.js';

/** How much a server of pages does at once. */
export interface WebLimits extends ConnectionLimits {
  readonly requestSeconds: number;
  /** Requests a minute from one address. */
  readonly addressRequests: number;
  /** Tries a minute to sign in, from one address. */
  readonly signIns: number;
  /** Requests a minute by shared links, from one address. */
  readonly sharedRequests: number;
  /** Bytes that may wait for the reader of a stream. */
  readonly waitingBytes: number;
  readonly keepAliveSeconds: number;
}

export const WEB_LIMITS: WebLimits = {
  connections: 2_048,
  addressConnections: 512,
  networkSites: 8,
  requestSeconds: 15,
  addressRequests: 3_000,
  signIns: 10,
  sharedRequests: 30,
  waitingBytes: 262_144,
  keepAliveSeconds: 10,
};

/** What the pages and their API share. */
export interface ServeContext {
  readonly store: Store;
  readonly files: DealerFiles;
  readonly checks: Checks;
  readonly readWork: ReadWork;
  /** How checks are made that someone asks for. */
  readonly figures: CheckFigures;
  readonly live: LiveFeed;
  readonly metrics: ServeMetrics;
  readonly access: Access;
  readonly limits: WebLimits;
  /** Reads a file that the build made from `src/web/browser/`. */
  readonly readBuilt: (name: string) => Promise<Buffer>;
  /** Makes codes for the check-me page of a vantage server; null if there is none. */
  readonly invites: InviteDesk | null;
  /** What reports and the sign-in page are headed by. */
  readonly brand: Brand | null;
  /** What reports are signed by; null if they are not. */
  readonly key: SigningKey | null;
  readonly now: () => Date;
  /** Aborted when the server ends. */
  readonly ending: AbortSignal;
  /** Errors of our own. */
  readonly onTrouble: (error: unknown) => void;
}

/** The context, and how a page is drawn for who asks. */
export interface PageContext extends ServeContext {
  readonly assets: AssetPaths;
  readonly reports: ReportDesk;
  readonly counts: StoreCounts;
  /** Counts requests of those who need not sign in. */
  readonly countShared: CountRate;
  /** A page as HTML, with the bar around it. */
  readonly draw: (request: FastifyRequest, content: PageContent) => string;
}
