import type { Socket } from 'node:dgram';
import { bindUdp, enlargeBuffers, type ReceiveDatagram, type Sender, type UdpBinding } from './udp-port.js';

/** Who hears what comes to a fixed port. */
export interface PortUser {
  /** Takes a datagram that is provably meant for it; no one else hears that one. */
  readonly take?: (bytes: Buffer, from: Sender) => boolean;
  /** Hears what no one took. */
  readonly hear?: ReceiveDatagram;
}

/** A port to bind, and whether beside others on this machine who share it: unicast then comes to the newest alone. */
export interface PortRequest extends UdpBinding {
  readonly besideOthers?: boolean;
}

/**
 * A UDP port whose number matters, held by one socket for all of this process: a datagram comes to one socket only, so
 * it is told here for whom it is. Other processes may use the port as well, with sockets that are connected to whom
 * they ask: those hear that one, and nothing else.
 */
export class FixedPort {
  static readonly #held = new Map<string, Promise<FixedPort>>();
  readonly #users = new Set<PortUser>();

  private constructor(
    private readonly socket: Socket,
    private readonly binding: UdpBinding,
  ) {
    enlargeBuffers(socket);
    // Port 0 can be forged, and never be answered.
    socket.on('message', (bytes, from) => void (from.port > 0 && this.#dispatch(bytes, from)));
  }

  /**
   * Opens a port for its first user (0: the system chooses). Rejects with the system's error (EADDRINUSE …), also where
   * this process has the port.
   */
  static async open({ besideOthers = false, ...given }: PortRequest, user: PortUser): Promise<FixedPort> {
    const opening = bindFixed(given, besideOthers).then((socket) => {
      const opened = new FixedPort(socket, { ...given, port: socket.address().port });
      opened.#users.add(user);
      return opened;
    });
    const name = nameOf(given.port === 0 ? (await opening).binding : given);
    if (!FixedPort.#held.has(name)) {
      FixedPort.#held.set(name, opening);
      opening.catch(() => FixedPort.#held.delete(name));
    }
    return opening;
  }

  /**
   * Joins those in this process who use a port of this address or of all, or opens it on this one. Rejects as
   * {@link open} does.
   */
  static async join(request: PortRequest, user: PortUser): Promise<FixedPort> {
    const { address: _one, ...all } = request;
    const opened = FixedPort.#held.get(nameOf(request)) ?? FixedPort.#held.get(nameOf(all));
    const held = await (opened ?? FixedPort.open(request, user));
    // The last user may have left while we waited.
    if (held.#users.size === 0) return FixedPort.open(request, user);
    held.#users.add(user);
    return held;
  }

  /** The port, also where the system chose it. */
  get port(): number {
    return this.binding.port;
  }

  /** Sends one datagram. Rejects with the system's error (ENETUNREACH, EPERM …). */
  send(bytes: Uint8Array, to: Sender): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.send(bytes, to.port, to.address, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Ends a use; with the last one, the port is let go of. */
  async leave(user: PortUser): Promise<void> {
    if (!this.#users.delete(user) || this.#users.size > 0) return;
    const name = nameOf(this.binding);
    if ((await FixedPort.#held.get(name)?.catch(() => null)) === this) FixedPort.#held.delete(name);
    await close(this.socket);
  }

  #dispatch(bytes: Buffer, from: Sender): void {
    for (const user of this.#users) if (user.take?.(bytes, from)) return;
    for (const user of this.#users) user.hear?.(bytes, from);
  }
}

const EVERY_ADDRESS = { 4: '0.0.0.0', 6: '::' } as const;

function nameOf({ family, address = EVERY_ADDRESS[family], port }: UdpBinding): string {
  return `${address} ${port}`;
}

/**
 * Binds so that connected sockets of others may have the port too, and only if no one holds it yet: of two sockets that
 * hear everyone, one would take the other's datagrams.
 */
async function bindFixed(binding: UdpBinding, besideOthers: boolean): Promise<Socket> {
  if (binding.port === 0) return bindUdp(binding);
  if (!besideOthers) await close(await bindUdp(binding));
  return bindUdp({ ...binding, shared: true });
}

function close(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(resolve));
}
