import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where Debian has the programs of the server. */
const PROGRAMS = '/usr/lib/postgresql/15/bin';

/**
 * Starts a PostgreSQL server of its own in a new folder of `directory`, as the user postgres, on a Unix socket there
 * only. It writes as it would where nothing may be lost. `stop` ends it and removes what it had.
 */
export function startPostgres(directory) {
  const home = mkdtempSync(join(directory, 'pg-'));
  const owner = Number(execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8' }));
  chownSync(home, owner, owner);
  const data = join(home, 'data');
  const run = (program, ...args) =>
    execFileSync('runuser', ['-u', 'postgres', '--', join(PROGRAMS, program), ...args], { cwd: home, stdio: 'pipe' });
  run('initdb', '-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C.UTF-8');
  const settings = ["listen_addresses = ''", `unix_socket_directories = '${home}'`, 'max_connections = 60'];
  writeFileSync(join(data, 'postgresql.auto.conf'), [...settings, ''].join('\n'));
  chmodSync(home, 0o755);
  run('pg_ctl', '-D', data, '-w', '-l', join(home, 'log'), 'start');
  return {
    createDatabase: (name) => run('psql', '-h', home, '-d', 'postgres', '-qc', `create database ${name}`),
    urlOf: (name) => `postgres:///${name}?host=${home}&user=postgres`,
    placeOf: (name) => ({
      ...{ host: home, port: 5432, user: 'postgres', database: name, schema: 'sallyport' },
      ...{ findPassword: () => Promise.resolve(null), readTls: null },
    }),
    /** Processor time of the server and of those that have ended, s. */
    cpuSeconds: () => {
      const all = execFileSync('ps', ['-o', 'cputimes=', '-U', 'postgres'], { encoding: 'utf8' });
      return all
        .trim()
        .split('\n')
        .map(Number)
        .reduce((a, b) => a + b, 0);
    },
    stop() {
      run('pg_ctl', '-D', data, '-m', 'fast', 'stop');
      rmSync(home, { recursive: true, force: true });
    },
  };
}
