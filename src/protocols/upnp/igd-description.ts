import type { Device } from '../../model/lan.js';
import { type HttpPlace, parseHttpPlace } from './http-place.js';
import { parseLooseXml } from './loose-xml.js';
import { childText, findWithin, isNamed, parseXml, type XmlElement } from './xml.js';

/** A WAN connection service of a description. */
export interface WanService {
  /** For example `urn:schemas-upnp-org:service:WANIPConnection:1`. */
  readonly serviceType: string;
  /** The number at the end of the type; 1 if there is none. */
  readonly version: number;
  /** Where it takes calls, as it is named; null if no place of HTTP is. */
  readonly control: HttpPlace | null;
}

/** What a description tells. */
export interface Description {
  readonly device: Device;
  readonly services: readonly WanService[];
  /** Why its elements had to be taken out of it: a part of a sentence; null if it is well-formed. */
  readonly loose: string | null;
  /** It has no end, so there may be more in it. */
  readonly isCut: boolean;
}

/** What a description tells, or a part of a sentence on why it tells nothing. */
export type DescriptionResult = Description | { readonly problem: string; readonly isCut: boolean };

/** As carelessly as routers write it: `WANIPConnection:1.0`, `WANIPConn1`, and without what stands in front. */
const WAN_SERVICE = /(?:^|[:_-])WAN(IP|PPP)Conn(?:ection)?(?:[:.]?([0-9]{1,3}))?(?:\.[0-9]{1,3})?$/i;
const GATEWAY = /:device:InternetGatewayDevice:/i;
const MAX_SERVICES = 64;
const MAX_URL = 512;

/**
 * Parses a device description (UPnP Device Architecture 2.0 §2.3; WANIPConnection and WANPPPConnection of the
 * Internet Gateway Device documents): the facts of its root device, or of that with connections where it has several,
 * and the connection services of all devices in it, up to 64. A control URL that is not absolute rests on URLBase
 * (Architecture 1.0 §2.1), or else on `location`. If it is not well-formed, or tells of no connection, it is searched
 * for the same elements.
 */
export function parseDeviceDescription(bytes: Uint8Array, location: HttpPlace): DescriptionResult {
  const document = parseXml(bytes);
  const strict = 'root' in document ? readDescription(document.root, location) : undefined;
  if (strict && strict.services.length > 0) return { ...strict, loose: null, isCut: false };
  const searched = parseLooseXml(bytes);
  const loose = 'root' in searched ? readDescription(searched.root, location) : undefined;
  if (loose && loose.services.length > 0 && 'root' in searched) {
    const why = 'problem' in document ? document.problem : 'it has several roots';
    return { ...loose, loose: why, isCut: searched.isCut };
  }
  if (strict) return { ...strict, loose: null, isCut: false };
  const problem = 'problem' in document ? document.problem : 'it describes no device';
  return { problem, isCut: 'problem' in document && 'root' in searched && searched.isCut };
}

function readDescription(root: XmlElement, location: HttpPlace): Pick<Description, 'device' | 'services'> | undefined {
  const devices = findOutermost(root, 'device');
  if (devices.length === 0) return undefined;
  const base = parseHttpPlace(findWithin(root, 'URLBase')?.text.slice(0, MAX_URL) ?? '', location) ?? location;
  const router =
    devices.find((device) => listServices(device, base).length > 0) ??
    devices.find((device) => GATEWAY.test(childText(device, 'deviceType', 128) ?? ''));
  return { device: readDevice(router ?? devices[0]!), services: listServices(root, base).slice(0, MAX_SERVICES) };
}

function readDevice(device: XmlElement): Device {
  return {
    deviceType: childText(device, 'deviceType', 128),
    friendlyName: childText(device, 'friendlyName', 128),
    manufacturer: childText(device, 'manufacturer', 128),
    modelName: childText(device, 'modelName', 128),
    modelNumber: childText(device, 'modelNumber', 64),
  };
}

/** The connection services within an element, at every depth. */
function listServices(element: XmlElement, base: HttpPlace): WanService[] {
  const within = element.children.flatMap((child) => listServices(child, base));
  const serviceType = isNamed(element, 'service') ? readServiceType(element) : '';
  const match = WAN_SERVICE.exec(serviceType);
  if (!match) return within;
  const control = parseHttpPlace(childText(element, 'controlURL', MAX_URL) ?? '', base);
  return [{ serviceType, version: Number(match[2] ?? 1), control }, ...within];
}

/** A service without a type is what its id says, with the type that such a service has. */
function readServiceType(service: XmlElement): string {
  const serviceType = childText(service, 'serviceType', 128);
  if (serviceType !== null) return serviceType;
  const layer = WAN_SERVICE.exec(childText(service, 'serviceId', 128) ?? '')?.[1];
  return layer ? `urn:schemas-upnp-org:service:WAN${layer.toUpperCase()}Connection:1` : '';
}

/** The elements of that name that are not within another of them. */
function findOutermost(element: XmlElement, name: string): XmlElement[] {
  if (isNamed(element, name)) return [element];
  return element.children.flatMap((child) => findOutermost(child, name));
}
