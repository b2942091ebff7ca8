import * as z from 'zod';
import { transportSchema } from './endpoint.js';
import { natPmpEvidenceSchema, ssdpEvidenceSchema } from './evidence.js';
import { reportedObservationSchema, type UnitError, unitErrorSchema } from './report.js';
import { nullableText, text } from './text.js';

/*
 * What is seen from inside a customer's network: gateways, what they say of themselves, and the port mappings that they
 * list. Read only; raw text of the gateways, bounded: escape it where it is shown.
 */

const port = z.int().min(0).max(65_535);

/** An address of this machine's interfaces. */
export const lanInterfaceSchema = z.object({
  name: text(64),
  address: text(64),
  prefixLength: z.int().min(0).max(128),
});
export type LanInterface = z.infer<typeof lanInterfaceSchema>;

/** One answer to a search, and who sent it. */
const ssdpFoundSchema = ssdpEvidenceSchema.extend({ from: text(64).describe('address of the sender') });
export type SsdpFound = z.infer<typeof ssdpFoundSchema>;

/** A port mapping as a gateway lists it (UPnP WANIPConnection:2 §2.4.22). */
export const portMappingSchema = z.object({
  transport: transportSchema,
  externalPort: port.describe('0: all ports'),
  externalPortLast: port.optional().describe('the last of a range; left out for one port'),
  remoteHost: nullableText(64).describe('who may use it; null: everyone'),
  internalClient: text(64),
  internalPort: port,
  enabled: z.boolean(),
  description: text(256),
  leaseSeconds: z.int().nonnegative().nullable().describe('0: no end; null: not given'),
});
export type PortMapping = z.infer<typeof portMappingSchema>;

/** A mapping as findings name it: without the time that its lease has left, which changes by itself. */
export const mappingNameSchema = portMappingSchema
  .omit({ leaseSeconds: true })
  .extend({ lease: z.enum(['permanent', 'temporary']).nullable().describe('null: not told') });
export type MappingName = z.infer<typeof mappingNameSchema>;

/** Whether a gateway's list of mappings was read to its end. */
const mappingListSchema = z.object({
  complete: z.boolean(),
  why: nullableText(512).describe('why the list is not complete'),
});

/** A WAN connection service of an Internet Gateway Device. */
const wanConnectionSchema = z.object({
  serviceType: text(128),
  status: nullableText(64).describe('ConnectionStatus, for example Connected'),
  uptimeSeconds: z.int().nonnegative().nullable(),
  externalAddress: nullableText(64),
  mappings: z.array(portMappingSchema),
  list: mappingListSchema,
  needsPassword: z.boolean().optional().describe('every call was answered so: remote configuration, and no one else’s'),
});
export type WanConnection = z.infer<typeof wanConnectionSchema>;

/** What a device tells of itself in its description (UPnP Device Architecture 2.0 §2.3). */
export const deviceSchema = z.object({
  deviceType: nullableText(128),
  friendlyName: nullableText(128),
  manufacturer: nullableText(128),
  modelName: nullableText(128),
  modelNumber: nullableText(64),
});
export type Device = z.infer<typeof deviceSchema>;

/** A PCP server's answer to ANNOUNCE, or to what it did not understand (RFC 6887 §14.1). */
export const pcpEvidenceSchema = z.object({ version: z.int(), result: z.int(), epoch: z.int().nullable() });
export type PcpEvidence = z.infer<typeof pcpEvidenceSchema>;

/** A gateway of the network, and all that it tells. */
export const gatewaySchema = z.object({
  address: text(64),
  interface: nullableText(64),
  isDefault: z.boolean().describe('the system sends traffic for the internet there'),
  answers: z.array(ssdpFoundSchema).max(32).describe('to searches (SSDP)'),
  device: deviceSchema.nullable(),
  connections: z.array(wanConnectionSchema).max(8),
  natPmp: natPmpEvidenceSchema.nullable(),
  pcp: pcpEvidenceSchema.nullable(),
  problems: z.array(text(512)).max(32).describe('what could not be read, and why'),
  notes: z
    .array(text(512))
    .max(32)
    .optional()
    .describe('what was left out for a good reason, or was read in another way: no doubt about the rest'),
});
export type Gateway = z.infer<typeof gatewaySchema>;

/** A gateway as findings name it. */
export const gatewayNameSchema = z.object({ address: text(64), model: nullableText(64).describe('maker and model') });
export type GatewayName = z.infer<typeof gatewayNameSchema>;

/** What the phone system offers on the LAN. Not judged: from inside everything may be reachable. */
const pbxSurveySchema = z.object({
  address: text(64),
  observations: z.array(reportedObservationSchema),
});
export type PbxSurvey = z.infer<typeof pbxSurveySchema>;

/** This machine's own firewall: one that is on may hide what the network lets in or answers. */
export const firewallSchema = z.object({
  state: z.enum(['off', 'on', 'unknown', 'attested-off']).describe('attested-off: someone said so'),
  detail: text(512),
});
export type Firewall = z.infer<typeof firewallSchema>;

/** All that was seen from inside, before any judgement. */
export const lanSurveySchema = z.object({
  startedAt: z.iso.datetime(),
  durationMs: z.number().nonnegative(),
  interrupted: z.boolean(),
  firewall: firewallSchema.describe('of this machine: it may block answers to searches'),
  multicast: z
    .boolean()
    .describe('every device was asked; false: only the gateways, some of which answer only searches of every device'),
  interfaces: z.array(lanInterfaceSchema).max(64),
  gateways: z.array(gatewaySchema).max(16),
  devices: z.array(ssdpFoundSchema).max(256).describe('devices that answer searches and are not one of our gateways'),
  pbx: pbxSurveySchema.nullable(),
  errors: z.array(unitErrorSchema),
});
export type LanSurvey = z.infer<typeof lanSurveySchema>;

/** Whether it is a fact of this machine or its network, such as that there is no gateway, and no fault of ours. */
export function isOfNetwork({ unit }: UnitError): boolean {
  return unit.startsWith('lan/');
}
