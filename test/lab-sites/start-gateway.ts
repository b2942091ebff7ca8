import type { Listener } from '../../src/lab/lab-server.js';
import { listenTcp } from '../../src/lab/listen-tcp.js';
import { listenUdp } from '../../src/lab/listen-udp.js';
import { natPmp, ssdp } from '../../src/lab/servers/gateway.js';
import type { PortMapping, SsdpFound } from '../../src/model/lan.js';
import { GATEWAY_SHAPES, type GatewayShape, type GatewayShapeName } from './servers/igd-shapes.js';
import { igd, type OddAnswer } from './servers/igd.js';
import { pcp } from './servers/pcp.js';

/** A gateway to simulate. */
export interface GatewayPlan {
  /** One of the families, or a shape of one's own. */
  readonly shape: GatewayShapeName | GatewayShape;
  /** The mapping table, or its entry of each index (undefined ends it). */
  readonly mappings?: readonly PortMapping[] | ((index: number) => PortMapping | undefined);
  /** What the list of version 2 of the service tells, where that is not the table. */
  readonly listed?: readonly PortMapping[];
  /** What is answered for an index of the table in another way. */
  readonly odd?: (index: number) => OddAnswer | undefined;
  /** Default 203.0.113.20. */
  readonly externalAddress?: string;
  /** What answers on the port of NAT-PMP and PCP; default nothing. */
  readonly portControl?: 'nat-pmp' | 'pcp';
  /** The error that ends the table; default 713. */
  readonly endCode?: number;
  /** How long each HTTP answer takes, ms. */
  readonly delayMs?: number;
  /** A loopback address; default 127.0.0.1. */
  readonly address?: string;
}

/** A simulated gateway that is running, on ports that the system chose. */
export interface LabGateway {
  readonly address: string;
  readonly ssdpPort: number;
  /** Where NAT-PMP and PCP are asked; closed where nothing answers. */
  readonly natPmpPort: number;
  readonly location: string;
  /** What it answers to a search for gateways. */
  readonly answers: readonly SsdpFound[];
  /** All HTTP requests so far, for example `POST GetStatusInfo`. */
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

/** Starts a gateway: answers to searches, description, control, and NAT-PMP or PCP where wanted. */
export async function startGateway(plan: GatewayPlan): Promise<LabGateway> {
  const { address = '127.0.0.1', externalAddress = '203.0.113.20' } = plan;
  const shape = typeof plan.shape === 'string' ? GATEWAY_SHAPES[plan.shape] : plan.shape;
  const host = address.includes(':') ? `[${address}]` : address;
  const requests: string[] = [];
  const ports = { control: 0 };
  const server = igd({
    shape,
    mappings: plan.mappings ?? [],
    listed: plan.listed,
    odd: plan.odd,
    externalAddress,
    endCode: plan.endCode,
    delayMs: plan.delayMs,
    controlBase: () => `http://${host}:${ports.control}/`,
    onRequest: (request) => void requests.push(request),
  });
  const listeners: Listener[] = [];
  const keep = async <T extends Listener>(starting: Promise<T>): Promise<number> => {
    const listener = await starting;
    listeners.push(listener);
    return listener.port;
  };
  const stop = async () => void (await Promise.all(listeners.map((listener) => listener.stop())));
  try {
    const webPort = await keep(listenTcp(address, 0, server.tcp!));
    ports.control = shape.ownControlPort ? await keep(listenTcp(address, 0, server.tcp!)) : webPort;
    const location = `http://${host}:${webPort}${shape.descriptionPath}`;
    const ssdpPort = await keep(listenUdp(address, 0, ssdp({ flavour: 'gateway', location, answerAll: true }).udp!));
    const speaks = plan.portControl === 'pcp' ? pcp(externalAddress) : natPmp(externalAddress);
    const portControl = await listenUdp(address, 0, speaks.udp!);
    if (plan.portControl) listeners.push(portControl);
    else await portControl.stop();
    const target = 'urn:schemas-upnp-org:device:InternetGatewayDevice:1';
    const usn = `uuid:6f0c2a1e-0000-4000-8000-00c0ffee0001::${target}`;
    const answers = [{ st: target, usn, server: 'Lab UPnP/1.0', location, from: address }];
    return { address, ssdpPort, natPmpPort: portControl.port, location, answers, requests, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
