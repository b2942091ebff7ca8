/** Tests run on the TypeScript sources, as ES modules. */
export default {
  testEnvironment: '<rootDir>/test/light-environment.js',
  globalSetup: '<rootDir>/test/build-once.js',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['<rootDir>/test/lab/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } }],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  coverageProvider: 'babel',
  // One more than cores on a small machine: much of the time is spent waiting, for silence and for processes.
  maxWorkers: 3,
  // Ends what hangs. On a busy machine a process alone may take ten seconds to start.
  testTimeout: 60_000,
};
