import base from '../../jest.config.js';

/** The lab needs root. Each file makes namespaces of its own, so that some run at once: most of their time is waiting. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/lab/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 3,
  testTimeout: 60_000,
};
