import type { Gateway, PortMapping, WanConnection } from '../model/lan.js';
import type { SiteReport } from '../model/site.js';
import { indent, type Page, renderField } from './blocks.js';
import { type Column, layOut } from './columns.js';
import { renderCount } from '../words/sentence.js';

/** More than this is counted, not shown. */
const SHOWN_GATEWAYS = 4;
const SHOWN_MAPPINGS = 25;
const SHOWN_PROBLEMS = 4;
const INDENT = '  ';
const MAPPING_COLUMNS: readonly Column[] = [
  { title: 'OUTSIDE', most: 15 },
  { title: 'INSIDE', most: 21 },
  { title: 'LEASE', most: 8 },
  { title: 'FOR', most: 15 },
  { title: 'DESCRIPTION', most: Infinity },
];

/** What each gateway says about itself, and the mappings that it lists. */
export function renderGateways({ evidence }: SiteReport, page: Page): string[] {
  const { gateways } = evidence.lan;
  if (gateways.length === 0) return ['', page.paint('bold', 'ROUTER: none was found')];
  const rest = gateways.length - SHOWN_GATEWAYS;
  return [
    ...gateways.slice(0, SHOWN_GATEWAYS).flatMap((gateway) => renderGateway(gateway, page)),
    ...(rest > 0
      ? ['', ...indent(`and ${renderCount(rest, 'gateway')} more: --format json lists them all`, page.width)]
      : []),
  ];
}

function renderGateway(gateway: Gateway, { width, paint }: Page): string[] {
  const title = gateway.isDefault ? 'ROUTER' : 'OTHER GATEWAY';
  return [
    '',
    paint('bold', title),
    ...listGatewayFacts(gateway).flatMap(([label, text]) => renderField(label, text, width)),
    ...renderMappings(gateway.connections, width),
  ];
}

/** What is known of a gateway: a label and a text each. */
export function listGatewayFacts(gateway: Gateway): readonly (readonly [string, string])[] {
  const { address, connections, problems, notes = [] } = gateway;
  const fields: [string, string][] = [
    ['Address', address + (gateway.interface ? `, through ${gateway.interface}` : '')],
    ['Model', describeDevice(gateway)],
    ['WAN', connections.map(describeConnection).filter(Boolean).join('; ')],
    ['UPnP', describeUpnp(gateway)],
    ['NAT-PMP', describeNatPmp(gateway)],
    ['Problems', renderSome(problems)],
    ['Notes', renderSome(notes)],
  ];
  return fields.filter(([, text]) => text !== '');
}

function describeDevice({ device }: Gateway): string {
  if (!device) return '';
  const { manufacturer, modelName, modelNumber, friendlyName } = device;
  const maker = modelName?.startsWith(manufacturer ?? '') ? null : manufacturer;
  const model = [maker, modelName, modelNumber].filter(Boolean).join(' ');
  return model && friendlyName && friendlyName !== modelName
    ? `${model} ("${friendlyName}")`
    : model || friendlyName || '';
}

function describeConnection({ externalAddress, status }: WanConnection): string {
  return [externalAddress ? `external address ${externalAddress}` : '', status ?? ''].filter(Boolean).join(', ');
}

/** Sentences, as many as there is room for. */
function renderSome(sentences: readonly string[]): string {
  const more = sentences.length - SHOWN_PROBLEMS;
  return [...sentences.slice(0, SHOWN_PROBLEMS), ...(more > 0 ? [`And ${more} more.`] : [])].join(' ');
}

function describeUpnp({ connections, answers, device, problems }: Gateway): string {
  const open = connections.filter(({ needsPassword }) => !needsPassword);
  if (open.length > 0) {
    const count = open.reduce((sum, { mappings }) => sum + mappings.length, 0);
    const gaps = open.flatMap(({ list }) => (list.complete ? [] : [list.why ?? 'it was not read to the end']));
    return `ON; lists ${renderCount(count, 'mapping')}${gaps.length > 0 ? `, not all: ${gaps[0]}` : ''}`;
  }
  if (connections.length > 0) return 'answers, but every question about a connection needs a password';
  if (device && problems.length === 0) return 'answers, but its description offers no connection';
  if (answers.length > 0 || device) return 'answers searches, but no mappings could be read';
  return problems.length > 0 ? 'not known' : 'no answer';
}

function describeNatPmp({ natPmp, pcp, problems }: Gateway): string {
  const parts = [
    natPmp
      ? `answers, result ${natPmp.result}${natPmp.externalAddress ? `, external ${natPmp.externalAddress}` : ''}`
      : '',
    pcp ? `PCP version ${pcp.version} answers, result ${pcp.result}` : '',
  ].filter(Boolean);
  return parts.join('; ') || (problems.length > 0 ? 'no answer, but not everything could be asked' : 'no answer');
}

function renderMappings(connections: readonly WanConnection[], width: number): string[] {
  const mappings = connections.flatMap((connection) => connection.mappings);
  if (mappings.length === 0) return [];
  const lines = layOut(MAPPING_COLUMNS, mappings.slice(0, SHOWN_MAPPINGS).map(describeMapping), width - INDENT.length);
  const rest = mappings.length - SHOWN_MAPPINGS;
  return [
    '',
    ...lines.map((line) => INDENT + line),
    ...(rest > 0 ? indent(`and ${renderCount(rest, 'mapping')} more: --format json lists them all`, width) : []),
  ];
}

/** A port mapping as cells: outside, inside, lease, for whom, description. Raw text. */
export function describeMapping(mapping: PortMapping): string[] {
  const { transport, externalPort, externalPortLast, internalClient, internalPort } = mapping;
  const { leaseSeconds, remoteHost, description } = mapping;
  const range = externalPortLast === undefined ? '' : `-${externalPortLast}`;
  return [
    externalPort === 0 ? `${transport} all` : `${transport}/${externalPort}${range}`,
    `${internalClient}:${internalPort}`,
    leaseSeconds === null ? '?' : leaseSeconds === 0 ? 'no end' : `${leaseSeconds} s`,
    remoteHost ?? 'all',
    description + (mapping.enabled ? '' : ' (switched off)'),
  ];
}
