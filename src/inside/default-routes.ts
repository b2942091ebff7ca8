import { isIPv4 } from 'node:net';

/** A router that the system sends to what is for the internet. */
export interface DefaultGateway {
  /** IPv4. */
  readonly address: string;
  /** Name of the interface; on Windows an address of ours on it, as its routing table has no names. */
  readonly interface: string | null;
}

/** The system's IPv4 default routes, best first. */
export interface DefaultRoutes {
  readonly gateways: readonly DefaultGateway[];
  /** Interfaces of tunnels and dial-up lines: routes without a gateway, and those that go round the default one. */
  readonly direct: readonly string[];
}

/** One default route, as a system's table has it. */
export interface DefaultRoute {
  /** Null where the route has no gateway of this network. */
  readonly gateway: string | null;
  readonly interface: string;
  /** The lower the better. */
  readonly metric: number;
}

/** The mask of a default route, and of one half of it: tunnels take two of these, which outrank any default route. */
export const EVERYTHING = '0.0.0.0';
export const HALF = '128.0.0.0';

const MAX_ROUTES = 16;

/** Orders default routes by metric; equal ones keep the table's order. Repeated ones are told once. */
export function orderDefaultRoutes(routes: readonly DefaultRoute[]): DefaultRoutes {
  const ordered = [...routes].sort((a, b) => a.metric - b.metric);
  const gateways = new Map<string, DefaultGateway>();
  const direct = new Set<string>();
  for (const { gateway, interface: name } of ordered) {
    const shown = name.slice(0, 64);
    if (gateway === null) direct.add(shown);
    else if (isIPv4(gateway) && !gateways.has(gateway)) gateways.set(gateway, { address: gateway, interface: shown });
  }
  return { gateways: [...gateways.values()].slice(0, MAX_ROUTES), direct: [...direct].slice(0, MAX_ROUTES) };
}
