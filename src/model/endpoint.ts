import * as z from 'zod';

export const transportSchema = z.enum(['tcp', 'udp']);
/** Transport protocols that sallyport probes. */
export type Transport = z.infer<typeof transportSchema>;

/** A transport and a port (1–65535) of one target. */
export interface Endpoint {
  readonly transport: Transport;
  readonly port: number;
}

/** The textual form of an endpoint, for example `tcp/80`: used as key and in reports. */
export type EndpointId = `${Transport}/${number}`;

const PATTERN = /^(tcp|udp)\/([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/;

/** An endpoint id in what is read or written. */
export const endpointSchema = z
  .string()
  .regex(PATTERN, 'must be an endpoint such as udp/5060') as unknown as z.ZodType<EndpointId>;

/** Renders an endpoint as its id. */
export function endpointId({ transport, port }: Endpoint): EndpointId {
  return `${transport}/${port}`;
}

/** Parses an endpoint id such as `udp/5060`; undefined when it is none. */
export function parseEndpointId(text: string): Endpoint | undefined {
  const match = PATTERN.exec(text);
  return match ? { transport: match[1] as Transport, port: Number(match[2]) } : undefined;
}

/** Orders endpoint ids: TCP first, then by port. */
export function compareEndpointIds(a: EndpointId, b: EndpointId): number {
  return a.charCodeAt(0) - b.charCodeAt(0) || Number(a.slice(4)) - Number(b.slice(4));
}
