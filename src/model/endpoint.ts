/** Transport protocols that sallyport probes. */
export type Transport = 'tcp' | 'udp';

/** A transport and a port (1–65535) of one target. */
export interface Endpoint {
  readonly transport: Transport;
  readonly port: number;
}

/** The textual form of an endpoint, for example `tcp/80`: used as key and in reports. */
export type EndpointId = `${Transport}/${number}`;

/** Renders an endpoint as its id. */
export function endpointId({ transport, port }: Endpoint): EndpointId {
  return `${transport}/${port}`;
}

/** Parses an endpoint id such as `udp/5060`; undefined when it is none. */
export function parseEndpointId(text: string): Endpoint | undefined {
  const match = /^(tcp|udp)\/([1-9][0-9]{0,4})$/.exec(text);
  const port = Number(match?.[2]);
  return match && port <= 65_535 ? { transport: match[1] as Transport, port } : undefined;
}

/** Orders endpoint ids: TCP first, then by port. */
export function compareEndpointIds(a: EndpointId, b: EndpointId): number {
  return a.charCodeAt(0) - b.charCodeAt(0) || Number(a.slice(4)) - Number(b.slice(4));
}
