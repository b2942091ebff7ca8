import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A PostgreSQL server of a test's own, on loopback and on a Unix socket in its directory. */
export interface PostgresServer {
  readonly directory: string;
  readonly port: number;
  /** Runs statements as the superuser, who needs no password on the socket. */
  query(sql: string, database?: string): string;
  start(): void;
  stop(): void;
  /** Ends it, and removes what it had. */
  remove(): void;
}

/** Where Debian has the programs of the server. */
const PROGRAMS = '/usr/lib/postgresql/15/bin';

/**
 * Makes a server in a new directory and starts it, as the user postgres.
 * @param access lines of pg_hba.conf for what comes over TCP; anyone without a password by default
 */
export async function createPostgres(
  access = 'host all all 127.0.0.1/32 trust',
  settings: readonly string[] = [],
): Promise<PostgresServer> {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-pg-'));
  const owner = Number(execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8' }));
  chownSync(directory, owner, owner);
  chmodSync(directory, 0o755);
  const data = join(directory, 'data');
  const port = await findPort();
  const run = (program: string, ...args: string[]) =>
    execFileSync('runuser', ['-u', 'postgres', '--', `${PROGRAMS}/${program}`, ...args], {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const remove = (): void => {
    try {
      run('pg_ctl', '-D', data, '-m', 'immediate', 'stop');
    } catch {
      // It is not running.
    }
    rmSync(directory, { recursive: true, force: true });
  };
  const start = (): void => void run('pg_ctl', '-D', data, '-w', '-l', join(directory, 'log'), 'start');
  try {
    run('initdb', '-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync');
    const own = [
      ...[`port = ${port}`, `listen_addresses = '127.0.0.1'`, `unix_socket_directories = '${directory}'`],
      // Nothing of it has to outlive the machine.
      ...['fsync = off', 'synchronous_commit = off', 'full_page_writes = off', 'max_connections = 60'],
    ];
    writeFileSync(join(data, 'postgresql.auto.conf'), [...own, ...settings, ''].join('\n'));
    writeFileSync(join(data, 'pg_hba.conf'), `local all all trust\n${access}\n`);
    start();
  } catch (error) {
    remove();
    throw error;
  }
  return {
    ...{ directory, port, start, remove },
    query: (sql, database = 'postgres') =>
      run('psql', '-h', directory, '-p', String(port), '-d', database, '-Atqc', sql),
    stop: () => void run('pg_ctl', '-D', data, '-w', '-m', 'fast', 'stop'),
  };
}

/** A port that nothing has at the moment. */
async function findPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What a process printed, and its exit code. */
export function runProcess(program: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  );
}
