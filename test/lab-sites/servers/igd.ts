import type { PortMapping } from '../../../src/model/lan.js';
import type { LabServer, TcpBehaviour } from '../../../src/lab/lab-server.js';
import { type LabRequest, readRequests } from '../read-requests.js';
import type { GatewayShape, LabService } from './igd-shapes.js';

/** What a simulated gateway knows. */
export interface IgdState {
  readonly shape: GatewayShape;
  /** The table, or the entry of each index: undefined ends it, so that tables without an end can be told. */
  readonly mappings: readonly PortMapping[] | ((index: number) => PortMapping | undefined);
  /** What the list of version 2 tells, where that is not the table. */
  readonly listed?: readonly PortMapping[] | undefined;
  /** What is answered for an index of the table in another way; undefined leaves it to the table. */
  readonly odd?: ((index: number) => OddAnswer | undefined) | undefined;
  readonly externalAddress: string;
  /** The error that ends the table; default 713. */
  readonly endCode?: number | undefined;
  readonly delayMs?: number | undefined;
  /** Where control requests go: `http://host:port/`. */
  readonly controlBase: () => string;
  /** Called with every request, for example `POST GetStatusInfo`. */
  readonly onRequest: (request: string) => void;
}

/** An error of UPnP, a bare status of HTTP, or the results as they are sent, not escaped, one byte a character. */
export type OddAnswer = { readonly fault: number } | { readonly status: number } | { readonly results: string };

const INVALID_ACTION = 401;
const END_OF_TABLE = 713;
const NO_SUCH_ENTRY = 714;
const NONE_FOUND = 730;

type Fields = readonly (readonly [name: string, value: string])[];
type Outcome = { readonly fields: Fields } | OddAnswer;

/** An Internet Gateway Device that shows its description and answers what only reads; all else is refused with 401. */
export function igd(state: IgdState): LabServer {
  return { tcp: serve(state) };
}

function serve(state: IgdState): TcpBehaviour {
  return (socket) => {
    const timers = new Set<NodeJS.Timeout>();
    socket.on('close', () => timers.forEach(clearTimeout));
    readRequests(socket, (request) => {
      const answer = answerRequest(state, request);
      const timer = setTimeout(() => {
        timers.delete(timer);
        if (!socket.writable) return;
        socket.write(answer);
        if (!state.shape.http.keepAlive) socket.end();
      }, state.delayMs ?? 0);
      timers.add(timer);
    });
  };
}

function answerRequest(state: IgdState, request: LabRequest): Buffer {
  const { shape, onRequest } = state;
  if (request.method === 'GET' && request.path === shape.descriptionPath) {
    onRequest('GET description');
    return renderAnswer(shape, 200, shape.describe(renderServices(shape.services), state.controlBase()));
  }
  const service = shape.services.find(
    ({ controlPath }) => controlPath.replace(/^\/?/, '/') === request.path && request.method === 'POST',
  );
  const action = /^soapaction:[ \t]*"([^"#]+)#(\w+)"/im.exec(request.head);
  onRequest(`${request.method} ${action?.[2] ?? request.path}`);
  if (!service || action?.[1] !== service.type) return renderAnswer(shape, 404, '<html>no such page</html>');
  const name = action[2] ?? '';
  return renderOutcome(shape, service, name, answerAction(state, service, name, request.body));
}

function answerAction(state: IgdState, { connected, type }: LabService, name: string, body: string): Outcome {
  const argument = (key: string) => new RegExp(`<${key}>([^<]*)</${key}>`).exec(body)?.[1];
  switch (name) {
    case 'GetStatusInfo':
      return {
        fields: [
          ['NewConnectionStatus', connected ? 'Connected' : 'Disconnected'],
          ['NewLastConnectionError', 'ERROR_NONE'],
          ['NewUptime', connected ? '86400' : '0'],
        ],
      };
    case 'GetExternalIPAddress':
      return { fields: [['NewExternalIPAddress', connected ? state.externalAddress : '']] };
    case 'GetGenericPortMappingEntry': {
      const { mappings } = state;
      const index = Number(argument('NewPortMappingIndex'));
      const odd = state.odd?.(index);
      if (odd) return odd;
      const entry = typeof mappings === 'function' ? mappings(index) : mappings[index];
      return entry && connected
        ? { fields: state.shape.soap.mapping(entry) }
        : { fault: state.endCode ?? END_OF_TABLE };
    }
    case 'GetSpecificPortMappingEntry': {
      const all = state.listed ?? (typeof state.mappings === 'function' ? [] : state.mappings);
      const entry = all.find(
        ({ transport, externalPort }) =>
          transport.toUpperCase() === argument('NewProtocol') && String(externalPort) === argument('NewExternalPort'),
      );
      const asked = ['NewRemoteHost', 'NewExternalPort', 'NewProtocol'];
      if (!entry || argument('NewRemoteHost') !== '') return { fault: NO_SUCH_ENTRY };
      return { fields: state.shape.soap.mapping(entry).filter(([field]) => !asked.includes(field)) };
    }
    case 'GetListOfPortMappings': {
      if (!type.endsWith(':2')) return { fault: INVALID_ACTION };
      const all = state.listed ?? (typeof state.mappings === 'function' ? [] : state.mappings);
      const wanted = all.filter(({ transport }) => transport.toUpperCase() === argument('NewProtocol'));
      return wanted.length === 0 ? { fault: NONE_FOUND } : { fields: [['NewPortListing', renderListing(wanted)]] };
    }
    default:
      return { fault: INVALID_ACTION };
  }
}

function renderListing(mappings: readonly PortMapping[]): string {
  const entry = (mapping: PortMapping) =>
    '<p:PortMappingEntry>' +
    `<p:NewRemoteHost>${mapping.remoteHost ?? ''}</p:NewRemoteHost>` +
    `<p:NewExternalPort>${mapping.externalPort}</p:NewExternalPort>` +
    `<p:NewProtocol>${mapping.transport.toUpperCase()}</p:NewProtocol>` +
    `<p:NewInternalPort>${mapping.internalPort}</p:NewInternalPort>` +
    `<p:NewInternalClient>${mapping.internalClient}</p:NewInternalClient>` +
    `<p:NewEnabled>${mapping.enabled ? 1 : 0}</p:NewEnabled>` +
    `<p:NewDescription>${escape(mapping.description)}</p:NewDescription>` +
    `<p:NewLeaseTime>${mapping.leaseSeconds ?? 0}</p:NewLeaseTime></p:PortMappingEntry>`;
  return `<p:PortMappingList xmlns:p="urn:schemas-upnp-org:gw:WANIPConnection">${mappings.map(entry).join('')}</p:PortMappingList>`;
}

function renderServices(services: readonly LabService[]): string {
  const one = ({ type, controlPath }: LabService, index: number) =>
    `<service><serviceType>${type}</serviceType><serviceId>urn:upnp-org:serviceId:WANConn${index}</serviceId>` +
    `<controlURL>${controlPath}</controlURL><eventSubURL>/evt/${index}</eventSubURL><SCPDURL>/x.xml</SCPDURL></service>`;
  return services.map(one).join('');
}

function renderOutcome(shape: GatewayShape, service: LabService, action: string, outcome: Outcome): Buffer {
  if ('status' in outcome) return renderAnswer(shape, outcome.status, '<html>Internal error</html>');
  const p = shape.soap.prefix === '' ? '' : `${shape.soap.prefix}:`;
  // An empty prefix leaves "u:" undeclared too, as careless gateways do.
  const xmlns = p === '' ? '' : ` xmlns:${shape.soap.prefix}="http://schemas.xmlsoap.org/soap/envelope/"`;
  const declared = p === '' ? '' : ` xmlns:u="${service.type}"`;
  const inside =
    'fault' in outcome
      ? `<${p}Fault><faultcode>${p}Client</faultcode><faultstring>UPnPError</faultstring><detail>` +
        `<UPnPError><errorCode>${outcome.fault}</errorCode><errorDescription>Lab error</errorDescription></UPnPError>` +
        `</detail></${p}Fault>`
      : `<u:${action}Response${declared}>` +
        ('results' in outcome
          ? outcome.results
          : outcome.fields.map(([name, value]) => `<${name}>${escape(value)}</${name}>`).join('')) +
        `</u:${action}Response>`;
  const envelope = `<?xml version="1.0"?>\n<${p}Envelope${xmlns}><${p}Body>${inside}</${p}Body></${p}Envelope>\n`;
  const encoding = 'results' in outcome ? 'latin1' : shape.encoding;
  return renderAnswer({ ...shape, encoding }, 'fault' in outcome ? shape.soap.faultStatus : 200, envelope);
}

function renderAnswer({ http, encoding }: GatewayShape, status: number, text: string): Buffer {
  const eol = http.bareLf ? '\n' : '\r\n';
  const body = Buffer.from(text, encoding);
  const framing = {
    length: [`Content-Length: ${body.length}`],
    chunked: ['transfer-encoding: chunked'],
    'until-close': [],
  };
  const lines = [
    `HTTP/${http.version} ${status} ${status === 200 ? 'OK' : 'Error'}`,
    ...http.headers.map(([name, value]) => `${name}: ${value}`),
    ...framing[http.framing],
  ];
  const head = Buffer.from(`${lines.join(eol)}${eol}${eol}`, 'latin1');
  return Buffer.concat([head, ...(http.framing === 'chunked' ? chunk(body) : [body])]);
}

function chunk(body: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += 100) {
    const part = body.subarray(at, at + 100);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
  }
  return [...parts, Buffer.from('0\r\n\r\n')];
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
