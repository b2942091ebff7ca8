/** Tests run on the TypeScript sources, as ES modules. */
export default {
  testEnvironment: '<rootDir>/test/light-environment.js',
  globalSetup: '<rootDir>/test/build-once.js',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['<rootDir>/test/lab/'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '\\.tsx?$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic', importSource: 'preact' } },
          target: 'es2023',
        },
        module: { type: 'es6' },
      },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  coverageProvider: 'babel',
  // More than cores on a small machine: much of the time is spent waiting, for silence and for processes.
  maxWorkers: 6,
  // Of one file. Such tests wait rather than work.
  maxConcurrency: 12,
  // Node 20 does not let go of the modules of ended files: a large worker takes long to end.
  workerIdleMemoryLimit: '500MB',
  // Ends what hangs. On a busy machine a process alone may take ten seconds to start.
  testTimeout: 60_000,
};
