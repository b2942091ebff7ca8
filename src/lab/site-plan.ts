import { parseEndpointId } from '../model/endpoint.js';
import type { EndpointId, Transport } from '../model/endpoint.js';
import type { ServiceId } from '../model/service.js';
import type { LabServer } from './lab-server.js';

/** One server of a site and where it should listen. Its TCP and UDP endpoints of one number keep one number. */
export interface PlannedServer {
  /** The service of the profile that it plays, or null for something that no profile knows. */
  readonly service: ServiceId | null;
  readonly endpoints: readonly EndpointId[];
  readonly server: LabServer;
}

/** A customer's public address, to be simulated. */
export interface SitePlan {
  readonly id: string;
  readonly title: string;
  /** The site's own loopback address in the demo. */
  readonly address: string;
  /** The profile that was agreed with this customer, and which of its sources we play. */
  readonly profile: string;
  readonly source: string;
  readonly servers: readonly PlannedServer[];
}

/** One port number of a planned server, with all transports that share it. */
export interface PlannedPort {
  readonly service: ServiceId | null;
  readonly server: LabServer;
  readonly port: number;
  readonly transports: readonly Transport[];
}

/** The ports of a plan, in its order. */
export function listPlannedPorts(plan: SitePlan): PlannedPort[] {
  return plan.servers.flatMap(({ service, endpoints, server }) => {
    const parsed = endpoints.map((id) => parseEndpointId(id)).filter((endpoint) => endpoint !== undefined);
    return [...new Set(parsed.map(({ port }) => port))].map((port) => ({
      service,
      server,
      port,
      transports: parsed.filter((endpoint) => endpoint.port === port).map(({ transport }) => transport),
    }));
  });
}
