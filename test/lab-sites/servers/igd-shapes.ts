import type { PortMapping } from '../../../src/model/lan.js';

/** A WAN connection service of a simulated gateway. */
export interface LabService {
  readonly type: string;
  readonly controlPath: string;
  /** One that is not has no external address and no mappings. */
  readonly connected: boolean;
}

/** How the gateways of one family describe themselves and speak. Written after their habits, copied from none. */
export interface GatewayShape {
  readonly descriptionPath: string;
  readonly services: readonly LabService[];
  /** The device description; `controlBase` is where control requests go, where that is another port. */
  readonly describe: (services: string, controlBase: string) => string;
  /** Control requests go to a port of their own. */
  readonly ownControlPort: boolean;
  readonly encoding: 'utf8' | 'latin1';
  readonly http: {
    readonly version: '1.0' | '1.1';
    readonly framing: 'length' | 'chunked' | 'until-close';
    readonly keepAlive: boolean;
    /** Lines end with a bare LF. */
    readonly bareLf: boolean;
    readonly headers: readonly (readonly [name: string, value: string])[];
  };
  readonly soap: {
    /** The prefix of the envelope's elements; none where empty, and then no name space is declared. */
    readonly prefix: string;
    /** The status that a fault comes with. */
    readonly faultStatus: number;
    readonly mapping: (mapping: PortMapping) => readonly (readonly [name: string, value: string])[];
  };
}

const service = (type: string, controlPath: string, connected = true): LabService => ({
  type: `urn:schemas-upnp-org:service:${type}`,
  controlPath,
  connected,
});

/** The fields of an entry, as the document wants them. */
const fields = (mapping: PortMapping): (readonly [string, string])[] => [
  ['NewRemoteHost', mapping.remoteHost ?? ''],
  ['NewExternalPort', String(mapping.externalPort)],
  ['NewProtocol', mapping.transport.toUpperCase()],
  ['NewInternalPort', String(mapping.internalPort)],
  ['NewInternalClient', mapping.internalClient],
  ['NewEnabled', mapping.enabled ? '1' : '0'],
  ['NewPortMappingDescription', mapping.description],
  ['NewLeaseDuration', String(mapping.leaseSeconds ?? 0)],
];

interface Facts {
  readonly version: number;
  readonly name: string;
  readonly maker: string;
  readonly model: string;
  readonly number?: string;
  readonly namespace?: string;
}

/** The three nested devices of a gateway, with its WAN connection services in the innermost. */
function nest({ version, name, maker, model, number = '', namespace }: Facts, services: string, before = ''): string {
  const device = (type: string, inside: string) =>
    `<device><deviceType>urn:schemas-upnp-org:device:${type}:${version}</deviceType>` +
    `<friendlyName>${name}</friendlyName><manufacturer>${maker}</manufacturer><modelName>${model}</modelName>` +
    `<modelNumber>${number}</modelNumber><UDN>uuid:6f0c2a1e-0000-4000-8000-00c0ffee0001</UDN>${inside}</device>`;
  const other =
    '<service><serviceType>urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1</serviceType>' +
    '<serviceId>urn:upnp-org:serviceId:WANCommonIFC1</serviceId><controlURL>/never/asked</controlURL></service>';
  const connection = device('WANConnectionDevice', `<serviceList>${services}</serviceList>`);
  const wan = device('WANDevice', `<serviceList>${other}</serviceList><deviceList>${connection}</deviceList>`);
  const root = device('InternetGatewayDevice', `<deviceList>${wan}</deviceList>`);
  const xmlns = namespace === undefined ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0"?>\n<root${xmlns}>${before}${root}</root>`;
}

const DEVICE_NAMESPACE = 'urn:schemas-upnp-org:device-1-0';

/** A router of the kind sold in German shops: version 1, UTF-8, kept connections. */
const box: GatewayShape = {
  descriptionPath: '/igddesc.xml',
  services: [service('WANIPConnection:1', '/igdupnp/control/WANIPConn1')],
  describe: (services) =>
    nest(
      {
        version: 1,
        name: 'Heimbox Küche',
        maker: 'Lab Büro',
        model: 'Heimbox 7',
        number: 'lab',
        namespace: DEVICE_NAMESPACE,
      },
      services,
      '<specVersion><major>1</major><minor>0</minor></specVersion>',
    ),
  ownControlPort: false,
  encoding: 'utf8',
  http: {
    version: '1.1',
    framing: 'length',
    keepAlive: true,
    bareLf: false,
    headers: [
      ['CONNECTION', 'keep-alive'],
      ['CONTENT-TYPE', 'text/xml; charset="utf-8"'],
      ['SERVER', 'Heimbox UPnP/1.0 Lab/1.0'],
      ['EXT', ''],
    ],
  },
  soap: { prefix: 's', faultStatus: 500, mapping: fields },
};

/** The daemon of open router software: version 2 with its list, one request a connection. */
const open: GatewayShape = {
  descriptionPath: '/rootDesc.xml',
  services: [service('WANIPConnection:2', '/ctl/IPConn')],
  describe: (services) =>
    nest(
      {
        version: 2,
        name: 'OpenLab router',
        maker: 'OpenLab',
        model: 'OpenLab router',
        number: '1',
        namespace: DEVICE_NAMESPACE,
      },
      services,
    ),
  ownControlPort: false,
  encoding: 'utf8',
  http: {
    version: '1.1',
    framing: 'length',
    keepAlive: false,
    bareLf: false,
    headers: [
      ['Content-Type', 'text/xml; charset="utf-8"'],
      ['Connection', 'close'],
      ['Server', 'OpenLab/23 UPnP/1.1 Lab/2.3'],
    ],
  },
  soap: { prefix: 's', faultStatus: 500, mapping: fields },
};

/** A provider's gateway: a PPP connection that is down beside an IP connection; Latin-1, chunks, few name spaces. */
const provider: GatewayShape = {
  descriptionPath: '/gatedesc.xml',
  services: [
    service('WANPPPConnection:1', '/upnp/control/WANPPPConn1', false),
    service('WANIPConnection:1', 'upnp/control/WANIPConn1'),
  ],
  describe: (services) => nest({ version: 1, name: 'Télébox', maker: 'Fournisseur & Cie', model: 'T-1' }, services),
  ownControlPort: false,
  encoding: 'latin1',
  http: {
    version: '1.1',
    framing: 'chunked',
    keepAlive: true,
    bareLf: true,
    headers: [
      ['content-TYPE', 'text/xml'],
      ['x-empty', ''],
    ],
  },
  soap: {
    prefix: 'SOAP-ENV',
    faultStatus: 200,
    mapping: (mapping) => [
      ...fields(mapping)
        .filter(([name]) => name !== 'NewRemoteHost' && name !== 'NewLeaseDuration')
        .map(([name, value]) => [name, name === 'NewEnabled' ? String(mapping.enabled) : value] as const),
    ],
  },
};

/** An old router: URLBase, a port of its own for control, HTTP/1.0, words for truth, small letters. */
const old: GatewayShape = {
  descriptionPath: '/desc',
  services: [service('WANIPConnection:1', 'control?WANIPConnection')],
  describe: (services, controlBase) =>
    `\r\n${nest({ version: 1, name: 'Router', maker: 'Lab', model: 'R 54' }, services, `<URLBase>${controlBase}</URLBase>`)}\0`,
  ownControlPort: true,
  encoding: 'latin1',
  http: {
    version: '1.0',
    framing: 'until-close',
    keepAlive: false,
    bareLf: false,
    headers: [['Content-type', 'text/xml']],
  },
  soap: {
    prefix: '',
    faultStatus: 500,
    mapping: (mapping) =>
      fields(mapping).map(([name, value]) => {
        if (name === 'NewProtocol') return [name, value.toLowerCase()];
        if (name === 'NewRemoteHost') return [name, value || '0.0.0.0'];
        return [name, name === 'NewEnabled' ? (mapping.enabled ? 'yes' : 'no') : value];
      }),
  },
};

/** The families of gateways that can be simulated. */
export const GATEWAY_SHAPES = { box, open, provider, old } as const satisfies Record<string, GatewayShape>;

export type GatewayShapeName = keyof typeof GATEWAY_SHAPES;
