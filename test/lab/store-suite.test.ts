import { expect, test } from '@jest/globals';
import { createPostgres, runProcess } from './postgres-server.js';

/*
 * The tests of the store that `npm test` runs on files, on a PostgreSQL server: among them several processes that create
 * a store, write and are killed at once.
 */
test('the suite of the store passes on a PostgreSQL server', async () => {
  const server = await createPostgres();
  try {
    // How an altered chain is noticed has nothing to do with where it is.
    const others = ['--testNamePattern', '^(?!what someone does by plain SQL is noticed)'];
    const jest = ['node_modules/jest/bin/jest.js', '--config', 'test/lab/store-suite.config.js', ...others];
    const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
    const { code, stderr } = await runProcess(process.execPath, [...flags, ...jest], {
      ...process.env,
      TEST_STORE_SERVER: `127.0.0.1:${server.port}`,
    });
    if (code !== 0) throw new Error(stderr);
    expect(stderr).toMatch(/^Tests: .*\b\d\d passed/m);
  } finally {
    server.remove();
  }
}, 240_000);
