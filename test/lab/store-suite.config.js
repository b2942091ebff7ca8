import base from '../../jest.config.js';

/** The suite of the store, as store-suite.test.ts runs it on a PostgreSQL server; all is built already. */
export default {
  ...base,
  globalSetup: undefined,
  rootDir: '../..',
  testMatch: [
    ...['copy-store', 'slot-summaries', 'standings', 'store-checklists', 'store-hostile', 'store-invited-checks'],
    ...['store-chain', 'store-outbox', 'store-processes', 'store-site-reports', 'store-upkeep', 'store'],
  ].map((name) => `<rootDir>/test/fleet/store/${name}.test.ts`),
  maxWorkers: 3,
};
