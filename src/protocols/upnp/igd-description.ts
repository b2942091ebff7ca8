import type { Device } from '../../model/lan.js';
import { childText, findChild, findWithin, isNamed, parseXml, type XmlElement } from './xml.js';

/** A WAN connection service of a description. */
export interface WanService {
  /** For example `urn:schemas-upnp-org:service:WANIPConnection:1`. */
  readonly serviceType: string;
  /** The number at the end of the type. */
  readonly version: number;
  /** Where it takes calls: an absolute URL, read and not followed; null if none is told or it is not an http URL. */
  readonly controlUrl: string | null;
}

/** What a description tells, or a part of a sentence on why it tells nothing. */
export type DescriptionResult =
  { readonly device: Device; readonly services: readonly WanService[] } | { readonly problem: string };

const WAN_SERVICE = /^urn:[\w.-]{1,64}:service:WAN(?:IP|PPP)Connection:([0-9]{1,3})$/i;
const MAX_SERVICES = 64;
const MAX_URL = 512;

/**
 * Parses a device description (UPnP Device Architecture 2.0 §2.3; WANIPConnection and WANPPPConnection of the
 * Internet Gateway Device documents): the root device's facts, and the connection services of it and of all devices
 * in it, up to 64. A control URL that is not absolute rests on URLBase (Architecture 1.0 §2.1), or else on `location`.
 */
export function parseDeviceDescription(bytes: Uint8Array, location: string): DescriptionResult {
  const document = parseXml(bytes);
  if ('problem' in document) return document;
  const device = findWithin(document.root, 'device');
  if (!device) return { problem: 'it describes no device' };
  const base = resolveUrl(childText(document.root, 'URLBase', MAX_URL) ?? '', location) ?? location;
  return { device: readDevice(device), services: listServices(device, base).slice(0, MAX_SERVICES) };
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

function listServices(device: XmlElement, base: string): WanService[] {
  const own = childrenOf(findChild(device, 'serviceList'), 'service').flatMap((service) => {
    const serviceType = childText(service, 'serviceType', 128) ?? '';
    const version = WAN_SERVICE.exec(serviceType)?.[1];
    if (version === undefined) return [];
    const controlUrl = resolveUrl(childText(service, 'controlURL', MAX_URL) ?? '', base);
    return [{ serviceType, version: Number(version), controlUrl }];
  });
  const inner = childrenOf(findChild(device, 'deviceList'), 'device');
  return [...own, ...inner.flatMap((child) => listServices(child, base))];
}

function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
  return element?.children.filter((child) => isNamed(child, name)) ?? [];
}

function resolveUrl(text: string, base: string): string | null {
  if (text === '') return null;
  try {
    const url = new URL(text, base);
    return url.protocol === 'http:' && url.href.length <= 2 * MAX_URL ? url.href : null;
  } catch {
    return null;
  }
}
