import type { ServedRequest } from '../../server/access.js';
import { forTerminal } from '../../words/escape.js';
import { tell, tellError } from './ending.js';

/** One line on standard error, with the time, as service logs want it. */
export function logAccess({ at, token, address, method, route, status, ms }: ServedRequest): void {
  const line = [at.toISOString(), token ?? '-', address ?? '-', method, route ?? '-', status, `${ms}ms`].join(' ');
  process.stderr.write(`${forTerminal(line)}\n`);
}

/** Has a server read its tokens and its certificate again at SIGHUP; returns how to have that end. */
export function reloadOnHangup(server: { reload(): Promise<void> }): () => void {
  const reload = (): void =>
    void server.reload().then(
      () => tell('tokens and certificate were reloaded'),
      (error: unknown) => {
        tell('the old tokens and certificate stay in use, because the new ones cannot be read:');
        tellError(error);
      },
    );
  process.on('SIGHUP', reload);
  return () => void process.off('SIGHUP', reload);
}
