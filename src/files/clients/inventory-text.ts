import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { stringify } from 'yaml';
import type { Client } from '../../model/client.js';
import { InputError } from '../text/input-error.js';
import { DEFAULT_TIME_ZONE } from './inventory-client.js';
import { COLUMNS } from './inventory-columns.js';
import type { InventoryContent } from './inventory.js';
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
    return COLUMNS.map(({ write }) => quoteCell(write(placed))).join(',');
  });
  return [header, ...rows].map((row) => `${row}\r\n`).join('');
}

function quoteCell(text: string): string {
  return /[",;\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Writes an inventory as YAML. What clients inherit is written with each of them.
 * @param directory of the file to be written: profiles are given relative to it
 * @throws InputError where it would be larger than can be read again
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
  const { id, name, addresses, authorization, profile, source, group, schedule, timeZone, paused, notes } = client;
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
