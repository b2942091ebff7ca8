import { listenTcp } from '../../../src/lab/listen-tcp.js';
import { listenUdp } from '../../../src/lab/listen-udp.js';
import type { TcpBehaviour } from '../../../src/lab/lab-server.js';
import { type GatewayPlan, type LabGateway, startGateway } from '../../lab-sites/start-gateway.js';
import { gatewaySchema, type Gateway, type PortMapping, type SsdpFound } from '../../../src/model/lan.js';
import { readGateway, type ReadGatewayOptions } from '../../../src/site/lan/read-gateway.js';
import { keep } from '../../lab-sites/running.js';
import { startEngine } from '../../net/start-engine.js';

/** A mapping as gateways list them, with changes. */
export function mapping(changes: Partial<PortMapping> = {}): PortMapping {
  return {
    transport: 'udp',
    externalPort: 5060,
    remoteHost: null,
    internalClient: '192.168.1.10',
    internalPort: 5060,
    enabled: true,
    description: 'phone system',
    leaseSeconds: 0,
    ...changes,
  };
}

/** Starts a simulated gateway that ends with the test. */
export async function gateway(plan: GatewayPlan): Promise<LabGateway> {
  return keep(await startGateway(plan));
}

/** Reads a gateway with short waits; the result keeps the model's bounds, or this throws. */
export async function read(options: Partial<ReadGatewayOptions>): Promise<Gateway> {
  const gateway = await readGateway({
    engine: options.engine ?? startEngine({ answerMs: 250, patienceMs: 300 }),
    address: '127.0.0.1',
    interface: 'lo',
    isDefault: true,
    answers: [],
    natPmpPort: await findClosedPort(),
    signal: AbortSignal.timeout(20_000),
    ...options,
  });
  return gatewaySchema.parse(gateway);
}

/** Reads a simulated gateway. */
export function readLab(lab: LabGateway, options: Partial<ReadGatewayOptions> = {}): Promise<Gateway> {
  return read({ address: lab.address, answers: lab.answers, natPmpPort: lab.natPmpPort, ...options });
}

/** The answers that name these descriptions. */
export function naming(...locations: string[]): SsdpFound[] {
  return locations.map((location) => ({ st: 'upnp:rootdevice', usn: null, server: null, location, from: '127.0.0.1' }));
}

/** Listens on a port of loopback until the test ends. */
export async function listen(behaviour: TcpBehaviour): Promise<number> {
  return keep(await listenTcp('127.0.0.1', 0, behaviour)).port;
}

/** A UDP port that refuses. */
export async function findClosedPort(): Promise<number> {
  const listener = await listenUdp('127.0.0.1', 0, () => undefined);
  await listener.stop();
  return listener.port;
}
