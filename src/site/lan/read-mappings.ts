import type { Endpoint } from '../../model/endpoint.js';
import type { PortMapping, WanConnection } from '../../model/lan.js';
import type { WanService } from '../../protocols/upnp/igd-description.js';
import {
  askMapping,
  askMappingList,
  askMappingOf,
  mappingKey,
  readMapping,
  readMappingList,
  readMappingOf,
} from '../../protocols/upnp/wan-connection.js';
import { type CallAnswer, describeFailure, needsPassword, type SoapCaller } from './soap-caller.js';

/** Entries that are read of one table. */
const MAX_ENTRIES = 1_024;
/** Entries in a row that tell nothing new, after which the table is taken for one that has no end. */
const MAX_BARREN = 32;
/** Entries in a row that are answered, but cannot be read, and that are not answered at all. */
const MAX_MISSED = 16;
const MAX_SILENT = 3;
/** Look-ups in a row that are not answered in a form that can be read. */
const MAX_FAILED = 2;
/** "SpecifiedArrayIndexInvalid": there is no entry of this index, the normal end (UPnP WANIPConnection:2 §2.5.18.4). */
const END_OF_TABLE = 713;
/** "NoSuchEntryInArray": a gap in the table. */
const GAP = 714;
/** "PortMappingNotFound": there is none of that transport (§2.5.21.4). */
const NONE_FOUND = 730;

/** The mappings of a connection, and whether these are all that the gateway would tell. */
export interface ReadMappings extends Pick<WanConnection, 'mappings' | 'list'> {
  /** What else went wrong, and how it was read where that was not plain: parts of sentences. */
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** How mappings are read. */
export interface ReadMappingsOptions {
  /** Endpoints that are looked up one by one if the table cannot be read to its end, those that matter most first. */
  readonly endpoints: readonly Endpoint[];
  /** Longest time for the table, so that some is left to look them up, ms. */
  readonly tableMs: number;
  readonly signal: AbortSignal;
}

/**
 * Reads the list of a connection, with version 2 of the service, as that is one answer for each transport, then the
 * table entry by entry, and then, if it has gaps that are not known, the endpoints that matter. It only reads. What is
 * told several times is taken once, from the table if it is there.
 */
export async function readMappings(
  call: SoapCaller,
  { serviceType, version }: WanService,
  options: ReadMappingsOptions,
): Promise<ReadMappings> {
  const lists =
    version >= 2 ? await readLists(call, serviceType) : { mappings: [], unreadable: 0, problems: [], notes: [] };
  const table = await readTable(call, serviceType, options);
  const list =
    lists.unreadable > 0 && table.list.complete
      ? { complete: false, why: `${lists.unreadable} entries of its list could not be read` }
      : table.list;
  const looked = list.complete ? [] : await lookUp(call, serviceType, [...table.mappings, ...lists.mappings], options);
  const mappings = new Map([...looked, ...lists.mappings].map((one) => [mappingKey(one), one]));
  for (const one of table.mappings) mappings.delete(mappingKey(one));
  return {
    mappings: [...table.mappings, ...mappings.values()],
    list,
    problems: lists.problems,
    notes: [...lists.notes, ...table.notes],
  };
}

/** The mappings of those endpoints that no mapping was read of; a gateway that does not answer twice is asked no more. */
async function lookUp(
  call: SoapCaller,
  serviceType: string,
  known: readonly PortMapping[],
  { endpoints, signal }: ReadMappingsOptions,
): Promise<PortMapping[]> {
  const found: PortMapping[] = [];
  let failed = 0;
  for (const endpoint of endpoints) {
    if (signal.aborted || failed === MAX_FAILED) break;
    const { transport, port } = endpoint;
    if (known.some((one) => one.transport === transport && one.externalPort === port && !one.remoteHost)) continue;
    const answer = await call(askMappingOf(serviceType, endpoint));
    const mapping = 'results' in answer ? readMappingOf(answer.results, endpoint) : undefined;
    if (mapping) found.push(mapping);
    failed = 'problem' in answer ? failed + 1 : 0;
  }
  return found;
}

const LOOSE = 'not well-formed XML, as with a “<” in a description; what is needed was taken out of it nevertheless';

/**
 * Asks for entry after entry, past those that cannot be read, up to a bound: whoever opens a port chooses what its
 * description does to the answer. The normal end is an error that is told for two entries in a row, since some tables
 * count from 1, and some have gaps. Whatever else ends it leaves the list incomplete.
 */
async function readTable(
  call: SoapCaller,
  serviceType: string,
  { endpoints, tableMs, signal }: ReadMappingsOptions,
): Promise<Pick<ReadMappings, 'mappings' | 'list' | 'notes'>> {
  const until = endpoints.length > 0 ? performance.now() + tableMs : Infinity;
  const mappings = new Map<string, PortMapping>();
  const seen = { unreadable: 0, loose: 0, barren: 0, missed: 0, silent: 0, firstFailure: '' };
  let atEnd = false;
  for (let index = 0; index < MAX_ENTRIES; index++) {
    if (performance.now() > until)
      return end(`entry ${index} and those behind it were not read, as the table takes more than ${tableMs / 1000} s`);
    const answer = await call(askMapping(serviceType, index));
    if (!('results' in answer)) {
      const isFault = 'fault' in answer;
      if (isFault && atEnd) return end(null);
      atEnd = isFault && answer.fault.code === END_OF_TABLE;
      if (atEnd) continue;
      const failure = describeMiss(answer);
      if (signal.aborted || (index === 0 && !isFault && needsPassword(answer))) return end(`entry ${index} ${failure}`);
      if (!isFault || answer.fault.code !== GAP) {
        seen.unreadable++;
        seen.firstFailure ||= `entry ${index}: ${describeFailure(answer)}`;
      }
      seen.missed++;
      seen.silent = !isFault && answer.status === null ? seen.silent + 1 : 0;
      if (seen.missed < MAX_MISSED && seen.silent < MAX_SILENT) continue;
      return end(`entry ${index - seen.missed + 1} and the ${seen.missed - 1} behind it ${failure}`);
    }
    Object.assign(seen, { missed: 0, silent: 0 });
    atEnd = false;
    const entry = readMapping(answer.results);
    if (!entry.isPlain) seen.unreadable++;
    if (answer.loose) seen.loose++;
    const fresh = entry.mappings.filter((mapping) => !mappings.has(mappingKey(mapping)));
    for (const mapping of fresh) mappings.set(mappingKey(mapping), mapping);
    seen.barren = fresh.length > 0 ? 0 : seen.barren + 1;
    if (seen.barren === MAX_BARREN) return end(`its last ${MAX_BARREN} entries added nothing new, and it did not end`);
  }
  return end(`it has more than ${MAX_ENTRIES} entries`);

  function end(cut: string | null) {
    const { unreadable, firstFailure, loose } = seen;
    const unread = `${unreadable} of the entries could not be read${firstFailure ? ` (${firstFailure})` : ''}`;
    const why = cut ?? (unreadable > 0 ? unread : null);
    const notes = loose > 0 ? [`${loose === 1 ? '1 entry' : `${loose} entries`} of its table came ${LOOSE}`] : [];
    return { mappings: [...mappings.values()], list: { complete: why === null, why }, notes };
  }
}

function describeMiss(answer: Exclude<CallAnswer, { readonly results: unknown }>): string {
  const normal = 'fault' in answer ? `, which is not the normal end (${END_OF_TABLE})` : '';
  return `could not be read: ${describeFailure(answer)}${normal}`;
}

/** The lists of both transports, in version 2 of the service. */
async function readLists(call: SoapCaller, serviceType: string) {
  const mappings: PortMapping[] = [];
  const problems: string[] = [];
  const notes: string[] = [];
  let unreadable = 0;
  for (const transport of ['tcp', 'udp'] as const) {
    const answer = await call(askMappingList(serviceType, transport));
    if ('fault' in answer && answer.fault.code === NONE_FOUND) continue;
    const list =
      'results' in answer ? readMappingList(answer.results, MAX_ENTRIES) : { problem: describeFailure(answer) };
    if ('problem' in list) {
      problems.push(`the list of ${transport} mappings could not be read: ${list.problem}`);
      continue;
    }
    unreadable += list.unreadable;
    mappings.push(...list.mappings);
    if (list.loose) notes.push(`its list of ${transport} mappings came ${LOOSE}`);
  }
  return { mappings, unreadable, problems, notes };
}
