import { deflateSync, inflateSync } from 'node:zlib';
import { addressScope } from '../../model/address.js';
import { bareReport, REPORT_SCHEMA, type ReportData, type Target } from '../../model/report.js';
import { renewRecheck } from './old-recheck.js';
import { REPORT_DICTIONARY } from './report-dictionary.js';
import { ADDRESS_MARK, maskAddress } from './report-digest.js';
import { StoreError } from './store-error.js';
import { packVantages, unpackVantages } from './vantage-bodies.js';

/** First byte of a body: how the rest is written. */
const FORMAT = 2;
const DICTIONARY = Buffer.from(REPORT_DICTIONARY);
const LEVEL = 4;
/** More than any report has; so a damaged body cannot fill the memory. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What differs from look to look, and stands with each result: the rest of a report is its body. */
export interface Look {
  readonly target: Target;
  readonly authorization: string | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly srttMs: number | null;
}

/** Writes a report's body, without words: a byte for the format, then JSON without the look, compressed, with a checksum. */
export function encodeBody(report: ReportData): Buffer {
  const data = bareReport(report);
  const { target, authorization: _allowed, startedAt: _start, durationMs: _duration, ...content } = data;
  const body = content.vantages ? { ...content, vantages: packVantages(data) } : content;
  const json = maskAddress(JSON.stringify(body), target.address);
  return Buffer.concat([Buffer.of(FORMAT), deflateSync(json, { level: LEVEL, dictionary: DICTIONARY })]);
}

/** Joins a body with a look to a report. A StoreError if the body is damaged, or of a format of the future. */
export function decodeBody(body: Uint8Array, look: Look): ReportData {
  const { target, authorization, startedAt, durationMs, srttMs } = look;
  const content = parseBody(body, target.address ?? '');
  const { schema, tool, vantage, profile, vantages, ...rest } = content;
  return {
    schema,
    tool,
    target,
    vantage,
    profile,
    authorization,
    startedAt,
    durationMs,
    ...rest,
    liveness: { ...rest.liveness, srttMs },
    ...(vantages && { vantages: unpackVantages(vantages, look) }),
  };
}

interface Content extends Omit<ReportData, keyof Omit<Look, 'srttMs'> | 'vantages'> {
  readonly vantages?: Parameters<typeof unpackVantages>[0];
}

/** What a body holds, with an address put in. A StoreError if it is damaged, or of a format of the future. */
export function parseBody(body: Uint8Array, address: string): Content {
  if (body[0] !== FORMAT) throw new StoreError(`a report is stored in the unknown format ${body[0]}`);
  try {
    const json = inflateSync(body.subarray(1), { dictionary: DICTIONARY, maxOutputLength: MAX_BYTES }).toString();
    const content = JSON.parse(renewRecheck(json).replaceAll(ADDRESS_MARK, () => address)) as Content;
    if (content.schema === REPORT_SCHEMA) return content;
  } catch (error) {
    throw new StoreError('a stored report is damaged', { cause: error });
  }
  throw new StoreError('a stored report has an unknown schema');
}

/** What a target has beyond an address that was given as such, as JSON; null if there is nothing. */
export function encodeTarget({ address, ...rest }: Target): string | null {
  const json = JSON.stringify(rest);
  return address !== null && json === JSON.stringify(literalTarget(address)) ? null : json;
}

/** Inverse of {@link encodeTarget}. */
export function decodeTarget(address: string | null, json: string | null): Target {
  const rest = json === null ? literalTarget(address ?? '') : (JSON.parse(json) as Omit<Target, 'address'>);
  const { input, name, resolvedAt, scope, problem } = rest;
  return { input, address, name, resolvedAt, scope, problem };
}

function literalTarget(address: string): Omit<Target, 'address'> {
  return { input: address, name: null, resolvedAt: null, scope: addressScope(address) ?? null, problem: null };
}
