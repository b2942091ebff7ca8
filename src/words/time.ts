/** A duration in at most six columns (up to 27 hours): `85 ms`, `3.4 s`, `45 s`, `12 min`, `3 h`. */
export function renderDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 119.5) return `${Math.round(seconds)} s`;
  if (seconds < 99.5 * 60) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/** A time of a report (ISO 8601, UTC) without fractions: `2026-01-03 10:22:31 UTC`. */
export function renderTime(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}
