import type { Server, Socket } from 'node:net';
import type { ListenAddress } from '../files/server/listen.js';
import type { TlsFiles } from '../files/server/tls-files.js';
import { InputError } from '../files/text/input-error.js';
import type { AddressRange } from '../model/address-ranges.js';
import type { ServerApp } from './create-server.js';

/** Time for connections to end by themselves, ms. */
const CLOSE_MS = 4_000;

/** A server that listens. */
export interface Listener {
  readonly url: string;
  /** Serves those who come from now on with another certificate. */
  replaceCertificate(files: TlsFiles): void;
  /** Listens no longer; connections that do not end by themselves are cut off. */
  close(): Promise<void>;
}

/**
 * Has a server listen; it is closed where that fails.
 * @throws InputError where that cannot be had
 */
export async function listenOn(app: ServerApp, { host, port }: ListenAddress): Promise<Listener> {
  const connections = trackConnections(app.server);
  await app.listen({ host, port }).catch(async (error: NodeJS.ErrnoException) => {
    await app.close();
    refusePort('listen')(error);
  });
  return {
    url: app.listeningOrigin,
    replaceCertificate: (files) => {
      const { setSecureContext } = app.server as { setSecureContext?: (files: object) => void };
      setSecureContext?.call(app.server, { ...files, minVersion: 'TLSv1.2' });
    },
    close: async () => {
      const cut = setTimeout(() => connections.forEach((socket) => socket.destroy()), CLOSE_MS);
      await app.close();
      clearTimeout(cut);
    },
  };
}

/** The connections that are open, those without a request or TLS yet too, of which an HTTP server does not know. */
function trackConnections(server: Server): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}

/**
 * Refuses to listen where others could read what is said: a token that is overheard is everyone's.
 * @throws InputError
 */
export function requireProtection(
  listen: ListenAddress,
  hasTls: boolean,
  proxies: readonly AddressRange[] | undefined,
): void {
  if (listen.loopback || hasTls || (proxies?.length ?? 0) > 0) return;
  throw new InputError(
    (names) =>
      `listening on ${listen.host}, beyond this machine, needs ${names.tls}, or ${names.proxies} with the addresses ` +
      'of the proxies that do TLS: otherwise tokens could be read on the way',
  );
}

const NOT_LISTENING: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken',
  EACCES: 'needs more permission than this process has',
  EADDRNOTAVAIL: 'is not an address of this machine',
};

/** Says which port cannot be listened on, and the option that names another. */
export function refusePort(option: 'listen' | 'sipPort' | 'stunPorts') {
  return (error: NodeJS.ErrnoException & { address?: string; port?: number }): never => {
    const { code, message, address, port } = error;
    const what = NOT_LISTENING[code ?? ''];
    if (what === undefined) throw error;
    const place = address === undefined ? message : `${address} port ${port} ${what}`;
    throw new InputError((names) => `cannot listen: ${place}; choose another with ${names[option]}`);
  };
}
