import { isDay, readDay } from './day.js';
import { InputError } from './input-error.js';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const DAY_MS = 86_400_000;

/**
 * Reads a day (`2026-11-20`, or as {@link readDay} does) or a time (`2026-11-20T10:30Z`, seconds and an offset as ISO 8601
 * has them). A day is its first or its last millisecond; days, and times without an offset, are UTC.
 * @throws InputError for anything else, and for days that no calendar has
 */
export function readInstant(text: string, edge: 'start' | 'end'): Date {
  const instant = parseInstant(text, edge);
  if (instant) return instant;
  throw new InputError(`"${text}" is not a time: give a day such as 2026-11-20, or a time such as 2026-11-20T10:30Z`);
}

function parseInstant(text: string, edge: 'start' | 'end'): Date | null {
  const [, day = '', time, zone = 'Z'] =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/.exec(readDay(text)) ??
    [];
  const instant = isDay(day) ? Date.parse(`${day}T${time ?? '00:00'}${zone}`) : NaN;
  if (Number.isNaN(instant)) return null;
  return new Date(time === undefined && edge === 'end' ? instant + DAY_MS - 1 : instant);
}

/**
 * Reads when a span of time begins: how long ago (`7d`, `12h`, with its unit), or as {@link readInstant} does.
 * @throws InputError for anything else
 */
export function readBeginning(text: string, now: Date): Date {
  const agoMs = /^\d+[smhd]$/.test(text) ? parseDuration(text) : undefined;
  const ago = agoMs === undefined ? null : new Date(now.getTime() - agoMs);
  if (ago && !Number.isNaN(ago.getTime())) return ago;
  const instant = parseInstant(text, 'start');
  if (instant) return instant;
  throw new InputError(`"${text}" is not a time: give a day such as 2026-11-20, or how long ago, such as 36h or 30d`);
}

/** Parses `30s`, `5m`, `12h`, `400d`, or seconds without a unit; ms, or undefined if it is not one. */
export function parseDuration(text: string): number | undefined {
  const [, figure = '', unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)([smhd])?$/.exec(text.trim()) ?? [];
  return figure === '' ? undefined : Number(figure) * UNITS[unit]!;
}
