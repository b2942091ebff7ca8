import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { stringify } from 'yaml';
import type { Client, InventoryContent } from '../../model/client.js';
import { writeCell } from '../text/csv-cells.js';
import { InputError } from '../text/input-error.js';
import { DEFAULT_TIME_ZONE } from './inventory-client.js';
import { COLUMNS } from './inventory-columns.js';
import type { InventoryFormat } from './inventory.js';
import { MAX_INVENTORY_BYTES } from './inventory-yaml.js';
import { DEFAULT_PROFILE } from '../profiles/profile.js';

/**
 * Writes clients as CSV (RFC 4180), each with all that it inherits. What is read from it is what was written: cells that
 * a spreadsheet takes for a formula are not changed.
 * @param directory of the file to be written: profiles are given relative to it
 */
export function renderInventoryCsv(clients: readonly Client[], directory: string): string {
  const header = COLUMNS.map(({ name }) => name).join(',');
  const rows = clients.map((client) => {
    const placed = { ...client, profile: placeProfile(client.profile, directory) };
    return COLUMNS.map(({ write }) => writeCell(write(placed))).join(',');
  });
  return [header, ...rows].map((row) => `${row}\r\n`).join('');
}

/**
 * Writes an inventory as YAML. What clients inherit is written with each of them.
 * @param directory of the file to be written: profiles are given relative to it
 * @throws InputError if it would be larger than can be read again
 */
export function renderInventoryYaml({ clients, groups }: InventoryContent, directory: string): string {
  const titles = Object.fromEntries(groups.map(({ id, title }) => [id, { title }]));
  const entries = clients.map((client) => describeClient(client, directory));
  const inventory = { version: 1, ...(groups.length > 0 && { groups: titles }), clients: entries };
  const text = stringify(inventory, { lineWidth: 0, aliasDuplicateObjects: false });
  if (Buffer.byteLength(text) > MAX_INVENTORY_BYTES) {
    throw new InputError(`${clients.length} clients are too many for YAML: keep them as CSV`);
  }
  return text;
}

/** An entry without what holds anyway. */
function describeClient(client: Client, directory: string): Record<string, unknown> {
  const { id, name, addresses, authorization, profile, source, alive, silence, group } = client;
  const { schedule, timeZone, paused, notes } = client;
  const until = authorization?.until ?? undefined;
  const optional = {
    network: client.network,
    profile: profile === DEFAULT_PROFILE ? undefined : placeProfile(profile, directory),
    services: client.services,
    sources: client.sources,
    source,
    group,
    schedule,
    timeZone: timeZone === DEFAULT_TIME_ZONE ? undefined : timeZone,
    ...(alive && { alive }),
    ...(silence && { silence }),
    authorization: authorization && { by: authorization.by, reference: authorization.reference, until },
    contacts: client.contacts,
    tags: client.tags,
    paused: paused || undefined,
    notes: notes || undefined,
  };
  const given = Object.entries(optional).filter(([, value]) => {
    if (value === undefined || value === null) return false;
    return typeof value !== 'object' || Object.keys(value).length > 0;
  });
  return { id, name, address: addresses.length === 1 ? addresses[0] : addresses, ...Object.fromEntries(given) };
}

/** A shipped profile's name, or the path of a file from another directory. */
function placeProfile(profile: string, directory: string): string {
  if (!isAbsolute(profile)) return profile;
  const path = relative(resolve(directory), profile);
  // On another drive there is no way from here to there.
  return isAbsolute(path) ? path : `.${sep}${path}`;
}

/** The directory that {@link renderInventoryCsv} and {@link renderInventoryYaml} are given for a file. */
export function directoryOf(file: string): string {
  return dirname(resolve(file));
}

/** An inventory to begin with: its clients are examples, paused, at addresses that no one has. It is valid as it is. */
export function inventoryTemplate(format: InventoryFormat): string {
  return format === 'csv' ? CSV : YAML;
}

const CSV = [
  'id,name,address,network,profile,services,sources,source,group,schedule,time_zone,' +
    'authorized_by,authorization_reference,authorized_until,contacts,tags,paused,notes',
  'example-1,Example with a fixed address,192.0.2.17,,closed,,,,north,30 3 * * *,Europe/London,' +
    'J. Doe (owner),Contract 4711,2030-12-31,it@example.com,gold|voip,yes,An example: replace it',
  'example-2,Example with a dynamic name,pbx.example.com,198.51.100.0/24,sip-trunk,,"provider=203.0.113.0/26,203.0.113.99",,' +
    'north,30 3 * * *,Europe/London,J. Doe (owner),Contract 4712,,it@example.com|owner@example.com,voip,yes,' +
    '"An example: the name must resolve into the network, or nothing is sent"',
  'example-3,Example with moved ports,198.51.100.8/30,,remote-maintenance,"webpro=48081|pcpro=48010,48011",dealer=192.0.2.128/28,,' +
    'south,@weekly,UTC,J. Smith (IT),Mail of 2026-01-15,2030-06-30,,,yes,An example: replace it',
]
  .map((line) => `${line}\r\n`)
  .join('');

const YAML = `# The clients of a dealer. The three below are examples, paused, at addresses that no one has: replace them.
# Check this file with: sallyport inventory validate FILE
version: 1

# What holds where neither the group nor the client says otherwise.
defaults:
  profile: closed # sallyport profile list tells what there is; a file can be named as well
  schedule: 30 3 * * * # minute, hour, day of the month, month, weekday
  timeZone: Europe/London

# Clients inherit from their group; a group can set what the defaults can.
groups:
  north:
    title: Northern branch
    contacts: [it@example.com]
    tags: [voip]
  south:
    title: Southern branch
    schedule: '@weekly'

clients:
  - id: example-1
    name: Example with a fixed address
    address: 192.0.2.17
    group: north
    # Who allowed the checks. A client without it is never probed.
    authorization:
      by: J. Doe (owner)
      reference: Contract 4711
      until: 2030-12-31 # the last day; leave it out if there is none
    tags: [gold]
    paused: true

  - id: example-2
    name: Example with a dynamic name
    address: pbx.example.com
    # The name must resolve into this network. Elsewhere it may be a stranger's, and nothing is sent.
    network: 198.51.100.0/24
    profile: sip-trunk
    # The provider's networks, for the profile's source "provider".
    sources:
      provider: [203.0.113.0/26, 203.0.113.99]
    group: north
    authorization: { by: J. Doe (owner), reference: Contract 4712 }
    paused: true

  - id: example-3
    name: Example with moved ports
    address: 198.51.100.8/30
    profile: remote-maintenance
    # Services that were moved from their default ports.
    services:
      webpro: 48081
      pcpro: [48010, 48011]
    sources:
      dealer: 192.0.2.128/28
    group: south
    authorization: { by: J. Smith (IT), reference: Mail of 2026-01-15, until: 2030-06-30 }
    paused: true
    notes: An example.
`;
