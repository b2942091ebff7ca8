import type { ListenAddress } from '../files/server/listen.js';
import { InviteFolder } from '../files/invites/invite-folder.js';
import { readTlsFiles } from '../files/server/tls-files.js';
import { loadTokenFile } from '../files/server/token-file.js';
import type { AddressRange } from '../model/address-ranges.js';
import type { ServedRequest } from '../server/access.js';
import { listenOn, refusePort, requireProtection } from '../server/listen.js';
import { Nonces, StreamSlots } from './admission.js';
import { sendProofs } from './exchanges/send-proofs.js';
import { SipPorts } from './exchanges/sip-ports.js';
import { StunPorts } from './exchanges/stun-ports.js';
import { Guesses } from './invites/guesses.js';
import { Invites } from './invites/invites.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { createVantageApp, type VantagePlugin } from './vantage-app.js';
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
  /** Folder of invites; none if left out. */
  readonly invites?: string | undefined;
  /** More routes, such as pages. */
  readonly plugin?: VantagePlugin | undefined;
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

const ANY_HOST = '0.0.0.0';

/**
 * Starts a vantage server.
 * @throws InputError if it would listen unprotected, and for files and ports that cannot be had
 */
export async function startVantage(options: VantageOptions): Promise<Vantage> {
  const { listen, proxies = [], tls, onAccess = () => {}, onNote = () => {}, onTrouble = () => {} } = options;
  requireProtection(listen, tls !== undefined, proxies);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  let tokens = await loadTokenFile(options.tokenFile);
  tokens.notes.forEach(onNote);
  const certificate = tls ? await readTlsFiles(tls.cert, tls.key) : null;
  const folder = options.invites === undefined ? null : await InviteFolder.open(options.invites);
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
      invites: folder && new Invites(folder, new Guesses(limits)),
      ending: ending.signal,
      listTokens: () => tokens.entries,
      now: () => new Date(),
    };
    const app = await createVantageApp(context, certificate, options.plugin);
    const listener = await listenOn(app, listen);
    opened.push(listener);
    return {
      url: listener.url,
      reload: async () => {
        const read = await loadTokenFile(options.tokenFile);
        const renewed = tls ? await readTlsFiles(tls.cert, tls.key) : null;
        if (renewed) listener.replaceCertificate(renewed);
        tokens = read;
        tokens.notes.forEach(onNote);
      },
      close: async () => {
        ending.abort();
        await closeAll();
      },
    };
  } catch (error) {
    ending.abort();
    await closeAll();
    throw error;
  }
}
