import { styleText } from 'node:util';
import type { Verdict } from '../model/report.js';
import type { Standing } from '../model/standing.js';
import type { Severity } from '../model/severity.js';
import { FITNESS } from './site-words.js';

type Format = Parameters<typeof styleText>[0];

/** Colours text, or leaves it as it is. */
export type Paint = (format: Format, text: string) => string;

/** Makes the one way in which reporters colour; asks neither the environment nor a stream. */
export function createPaint(color: boolean): Paint {
  return color ? (format, text) => styleText(format, text, { validateStream: false }) : (_format, text) => text;
}

/** How each standing looks: a symbol and a word, so that no colour is needed. */
export const STANDING_MARKS = {
  violation: { label: '✖ VIOLATION', format: ['bold', 'red'] },
  inconclusive: { label: '? INCONCLUSIVE', format: ['bold', 'yellow'] },
  compliant: { label: '✔ COMPLIANT', format: ['bold', 'green'] },
  'no-answer': { label: '○ NO ANSWER', format: ['bold', 'magenta'] },
} as const satisfies Record<Standing, { label: string; format: readonly string[] }>;

/** How the verdicts of preinstall look. */
export const FITNESS_LABELS: Readonly<Record<Verdict, string>> = {
  violation: `✖ ${FITNESS.violation}`,
  inconclusive: `? ${FITNESS.inconclusive}`,
  compliant: `✔ ${FITNESS.compliant}`,
};

/** How each severity looks. */
export const SEVERITY_MARKS = {
  critical: { label: 'CRITICAL', format: ['bold', 'red'] },
  high: { label: 'HIGH', format: ['bold', 'red'] },
  medium: { label: 'MEDIUM', format: ['bold', 'yellow'] },
  low: { label: 'LOW', format: ['bold', 'cyan'] },
  info: { label: 'INFO', format: ['bold', 'blue'] },
} as const satisfies Record<Severity, { label: string; format: readonly string[] }>;

/** Colours the symbol and word of a standing, filled up to `width` columns. */
export function paintStanding(paint: Paint, standing: Standing, width = 0): string {
  const { label, format } = STANDING_MARKS[standing];
  return paint([...format], label.padEnd(width));
}

/** Colours the word of a severity, filled up to `width` columns. */
export function paintSeverity(paint: Paint, severity: Severity, width = 0): string {
  const { label, format } = SEVERITY_MARKS[severity];
  return paint([...format], label.padEnd(width));
}
