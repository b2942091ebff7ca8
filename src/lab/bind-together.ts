import type { LabServer } from './lab-server.js';
import { listenTcp, type TcpListener } from './listen-tcp.js';
import { listenUdp, type UdpListener } from './listen-udp.js';
import type { Transport } from '../model/endpoint.js';

/** A bound port and its transport. */
export type Bound =
  | { readonly transport: 'tcp'; readonly listener: TcpListener }
  | { readonly transport: 'udp'; readonly listener: UdpListener };

/** What to bind, and where. */
export interface Binding {
  readonly address: string;
  /** 0: the system chooses. */
  readonly port: number;
  readonly transports: readonly Transport[];
  readonly server: LabServer;
  readonly onEnded: () => void;
}

const ATTEMPTS = 32;

/**
 * Binds all transports of a server to one port number: the one asked for, or, where this is taken or needs
 * privileges, another one. Rejects with the system's error, and then nothing is bound.
 */
export async function bindTogether(binding: Binding): Promise<Bound[]> {
  for (let attempt = 1; ; attempt++) {
    const group: Bound[] = [];
    try {
      for (const transport of binding.transports) {
        const port = group[0]?.listener.port ?? (attempt === 1 ? binding.port : 0);
        group.push(await bindOne(binding, transport, port));
      }
      return group;
    } catch (error) {
      await Promise.all(group.map(({ listener }) => listener.stop()));
      const { code } = error as NodeJS.ErrnoException;
      if (attempt === ATTEMPTS || (code !== 'EADDRINUSE' && code !== 'EACCES')) throw error;
    }
  }
}

async function bindOne({ address, server, onEnded }: Binding, transport: Transport, port: number): Promise<Bound> {
  if (transport === 'tcp' && server.tcp) {
    return { transport, listener: await listenTcp(address, port, server.tcp, { onEnded }) };
  }
  if (transport === 'udp' && server.udp) {
    return { transport, listener: await listenUdp(address, port, server.udp) };
  }
  throw new Error(`this server does not speak ${transport}`);
}
