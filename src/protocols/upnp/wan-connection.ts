import { parseAddress } from '../../model/address.js';
import type { SoapCall } from './soap.js';
import { childText, type XmlElement } from './xml.js';

/*
 * The questions that are asked of a WAN connection service, and what their results tell (UPnP WANIPConnection:2 §2.5;
 * the same in version 1 and in WANPPPConnection:1). They are all that is ever asked of one: each only reads.
 */

/** Status of the connection. */
export function askStatus(serviceType: string): SoapCall {
  return { serviceType, action: 'GetStatusInfo', arguments: [] };
}

/** The connection's own address. */
export function askExternalAddress(serviceType: string): SoapCall {
  return { serviceType, action: 'GetExternalIPAddress', arguments: [] };
}

/** The entry of the mapping table at `index`, from 0. */
export function askMapping(serviceType: string, index: number): SoapCall {
  return { serviceType, action: 'GetGenericPortMappingEntry', arguments: [['NewPortMappingIndex', String(index)]] };
}

/** Every mapping of a transport, those of other hosts too, as far as the gateway allows (version 2 of the service). */
export function askMappingList(serviceType: string, transport: 'tcp' | 'udp'): SoapCall {
  return {
    serviceType,
    action: 'GetListOfPortMappings',
    arguments: [
      ['NewStartPort', '0'],
      ['NewEndPort', '65535'],
      ['NewProtocol', transport.toUpperCase()],
      ['NewManage', '1'],
      ['NewNumberOfPorts', '0'],
    ],
  };
}

/** The status and the seconds since the connection came up; null where they are not told. */
export function readStatus(results: XmlElement): { status: string | null; uptimeSeconds: number | null } {
  return { status: childText(results, 'NewConnectionStatus', 64), uptimeSeconds: readSeconds(results, 'NewUptime') };
}

/** The external address; null where there is none (an empty text or 0.0.0.0), undefined where it is no address. */
export function readExternalAddress(results: XmlElement): string | null | undefined {
  const text = childText(results, 'NewExternalIPAddress', 64);
  if (text === null || text === '0.0.0.0' || text === '::') return null;
  return parseAddress(text) ? text : undefined;
}

/** A number of seconds; null where there is none. */
export function readSeconds(results: XmlElement, name: string): number | null {
  const text = childText(results, name, 16) ?? '';
  return /^[0-9]{1,10}$/.test(text) ? Number(text) : null;
}
