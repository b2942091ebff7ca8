import type { Server, Socket } from 'node:net';
import { InputError } from '../files/text/input-error.js';
import type { ListenAddress } from '../files/vantage/listen.js';
import { readTlsFiles } from '../files/vantage/tls-files.js';
import { loadTokenFile } from '../files/vantage/token-file.js';
import type { AddressRange } from '../model/address-ranges.js';
import { Nonces, StreamSlots } from './admission.js';
import { sendProofs } from './exchanges/send-proofs.js';
import { SipPorts } from './exchanges/sip-ports.js';
import { StunPorts } from './exchanges/stun-ports.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { createVantageApp } from './vantage-app.js';
import type { ServedRequest } from './vantage-context.js';
import { VantageMetrics } from './vantage-metrics.js';

/** How a vantage server is run. */
export interface VantageOptions {
  readonly listen: ListenAddress;
  readonly tokenFile: string;
  /** Files of the certificate and its key. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Proxies that may tell for whom they ask. */
  readonly proxies?: readonly AddressRange[] | undefined;
  /** UDP and TCP port for SIP exchanges; null for none, 0 for any that is free. */
  readonly sipPort: number | null;
  /** Two UDP ports that show NAT bindings; null for none, 0 for any that is free. */
  readonly stunPorts: readonly [number, number] | null;
  /** Lets callers from loopback, private and other special addresses in: for laboratories. */
  readonly allowSpecial?: boolean | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly onAccess?: ((request: ServedRequest) => void) | undefined;
  /** What the operator should know. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Errors of our own. */
  readonly onTrouble?: ((error: unknown) => void) | undefined;
}

/** A vantage server that listens. */
export interface Vantage {
  readonly url: string;
  /**
   * Reads the tokens and the certificate again; streams go on.
   * @throws InputError, with all as it was
   */
  reload(): Promise<void>;
  /** Ends streams and listens no longer. */
  close(): Promise<void>;
}

/** Time for connections to end by themselves, ms. */
const CLOSE_MS = 4_000;

const ANY_HOST = '0.0.0.0';

/**
 * Starts a vantage server.
 * @throws InputError if it would listen unprotected, and for files and ports that cannot be had
 */
export async function startVantage(options: VantageOptions): Promise<Vantage> {
  const { listen, proxies = [], tls, onAccess = () => {}, onNote = () => {}, onTrouble = () => {} } = options;
  requireProtection(options);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  let tokens = await loadTokenFile(options.tokenFile);
  tokens.notes.forEach(onNote);
  const certificate = tls ? await readTlsFiles(tls.cert, tls.key) : null;
  const opened: { close(): Promise<void> }[] = [];
  const closeAll = async (): Promise<void> => void (await Promise.all(opened.map((one) => one.close())));
  const ending = new AbortController();
  try {
    // A proxy on this machine speaks for the API only: SIP and STUN come straight to us, over IPv4.
    const host = listen.host === '::' || (proxies.length > 0 && listen.loopback) ? ANY_HOST : listen.host;
    const { sipPort, stunPorts } = options;
    const sip =
      sipPort === null ? null : await SipPorts.open({ host, udp: sipPort, tcp: sipPort }).catch(refusePort('sipPort'));
    if (sip) opened.push(sip);
    const stun = stunPorts && (await StunPorts.open({ host, ports: stunPorts }).catch(refusePort('stunPorts')));
    if (stun) opened.push(stun);
    const slots = new StreamSlots(limits);
    const context = {
      ...{ allowSpecial: options.allowSpecial ?? false, proxies, limits, slots, onAccess, onTrouble },
      exchanges: { sendProofs, sip, stun },
      metrics: new VantageMetrics(slots),
      nonces: new Nonces(),
      ending: ending.signal,
      listTokens: () => tokens.entries,
      now: () => new Date(),
    };
    const app = await createVantageApp(context, certificate);
    opened.push({ close: () => app.close() });
    const connections = trackConnections(app.server);
    await app.listen({ host: listen.host, port: listen.port }).catch(refusePort('listen'));
    return {
      url: app.listeningOrigin,
      reload: async () => {
        const read = await loadTokenFile(options.tokenFile);
        const renewed = tls ? await readTlsFiles(tls.cert, tls.key) : null;
        if (renewed) replaceCertificate(app.server, renewed);
        tokens = read;
        tokens.notes.forEach(onNote);
      },
      close: async () => {
        ending.abort();
        const cut = setTimeout(() => connections.forEach((socket) => socket.destroy()), CLOSE_MS);
        await closeAll();
        clearTimeout(cut);
      },
    };
  } catch (error) {
    ending.abort();
    await closeAll();
    throw error;
  }
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

/** A token that is overheard is everyone's. */
function requireProtection({ listen, tls, proxies = [] }: VantageOptions): void {
  if (listen.loopback || tls || proxies.length > 0) return;
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
function refusePort(option: 'listen' | 'sipPort' | 'stunPorts') {
  return (error: NodeJS.ErrnoException & { address?: string; port?: number }): never => {
    const { code, message, address, port } = error;
    const what = NOT_LISTENING[code ?? ''];
    if (what === undefined) throw error;
    const place = address === undefined ? message : `${address} port ${port} ${what}`;
    throw new InputError((names) => `cannot listen: ${place}; choose another with ${names[option]}`);
  };
}

function replaceCertificate(server: object, files: { readonly cert: string; readonly key: string }): void {
  const { setSecureContext } = server as { setSecureContext?: (files: object) => void };
  setSecureContext?.call(server, { ...files, minVersion: 'TLSv1.2' });
}
