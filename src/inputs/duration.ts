const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Parses `30s`, `5m`, `12h`, `400d`, or seconds without a unit; ms, or undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  const [, figure = '', unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)([smhd])?$/.exec(text.trim()) ?? [];
  return figure === '' ? undefined : Number(figure) * UNITS[unit]!;
}
