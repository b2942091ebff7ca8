import { createSocket, type Socket } from 'node:dgram';
import { connect, createServer, type AddressInfo, type Server, type Socket as TcpSocket } from 'node:net';

const HOST = '127.0.0.1';

/** What is between inside and vantage. */
export interface RelayOptions {
  /** Changes what passes; null swallows it. */
  readonly alter?: (bytes: Buffer, direction: 'outward' | 'inward', transport: 'udp' | 'tcp') => Buffer | null;
  /** A mapping of its own for each of the vantage's ports, as RFC 4787 calls endpoint-dependent. */
  readonly perDestination?: boolean;
  /** A binding ends after so long without a datagram from inside, ms. */
  readonly forgetMs?: number;
}

/** A router on loopback: what comes to one of its ports goes on to the port of the vantage behind it. */
export interface Relay {
  /** The ports that stand for the vantage's. */
  readonly udp: readonly number[];
  readonly tcp: readonly number[];
  close(): Promise<void>;
}

/** Opens a relay to these ports of the vantage on loopback. */
export async function openRelay(
  to: { readonly udp?: readonly number[]; readonly tcp?: readonly number[] },
  options: RelayOptions = {},
): Promise<Relay> {
  const udp = await openUdp(to.udp ?? [], options);
  const tcp = await Promise.all((to.tcp ?? []).map((port) => openTcp(port, options)));
  return {
    udp: udp.ports,
    tcp: tcp.map(({ port }) => port),
    close: async () => void (await Promise.all([udp.close(), ...tcp.map(({ close }) => close())])),
  };
}

function bind(): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.bind(0, HOST, () => resolve(socket));
  });
}

async function openUdp(destinations: readonly number[], { alter, perDestination, forgetMs }: RelayOptions) {
  const outer = new Map<string, { socket: Promise<Socket>; lastOutward: number }>();
  const inner = await Promise.all(destinations.map(bind));
  inner.forEach((socket, i) => {
    socket.on('message', (bytes, client) => {
      const passed = alter ? alter(bytes, 'outward', 'udp') : bytes;
      if (!passed) return;
      const name = `${client.port} ${perDestination ? i : ''}`;
      const binding = outer.get(name) ?? { socket: bind(), lastOutward: 0 };
      if (!outer.has(name)) {
        outer.set(name, binding);
        void binding.socket.then((mapped) =>
          mapped.on('message', (answer, from) => {
            const back = alter ? alter(answer, 'inward', 'udp') : answer;
            const forgotten = forgetMs !== undefined && Date.now() - binding.lastOutward > forgetMs;
            if (back && !forgotten) inner[destinations.indexOf(from.port)]?.send(back, client.port, client.address);
          }),
        );
      }
      binding.lastOutward = Date.now();
      void binding.socket.then((mapped) => mapped.send(passed, destinations[i], HOST));
    });
  });
  return {
    ports: inner.map((socket) => socket.address().port),
    close: async () => {
      const mapped = await Promise.all([...outer.values()].map(({ socket }) => socket));
      await Promise.all([...inner, ...mapped].map((socket) => new Promise<void>((done) => socket.close(done))));
    },
  };
}

async function openTcp(destination: number, { alter }: RelayOptions) {
  const sockets = new Set<TcpSocket>();
  const keep = (socket: TcpSocket) => {
    sockets.add(socket.on('error', () => {}));
    socket.on('close', () => sockets.delete(socket));
  };
  const server: Server = createServer((inside) => {
    const outside = connect(destination, HOST);
    [inside, outside].forEach(keep);
    const pass = (from: TcpSocket, to: TcpSocket, direction: 'outward' | 'inward') => {
      from.on('data', (bytes: Buffer) => {
        const passed = alter ? alter(bytes, direction, 'tcp') : bytes;
        if (passed) to.write(passed);
      });
      from.on('close', () => to.destroy());
    };
    pass(inside, outside, 'outward');
    pass(outside, inside, 'inward');
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
