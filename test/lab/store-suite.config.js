import base from '../../jest.config.js';

/** The suites of the store and of the queue, as store-suite.test.ts runs them on a PostgreSQL server; all is built already. */
export default {
  ...base,
  globalSetup: undefined,
  rootDir: '../..',
  testMatch: [
    ...['copy-store', 'slot-summaries', 'standings', 'store-checklists', 'store-hostile', 'store-invited-checks'],
    ...['store-chain', 'store-outbox', 'store-processes', 'store-site-reports', 'store-upkeep', 'store'],
  ]
    .map((name) => `<rootDir>/test/fleet/store/${name}.test.ts`)
    .concat('<rootDir>/test/fleet/workers/work-queue.test.ts'),
  maxWorkers: 3,
};
