import { expect } from '@jest/globals';
import fc from 'fast-check';

/** Lines joined with CRLF, as a message. */
export function message(...lines: string[]): Buffer {
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

/** Arbitrary bytes, as they are or behind a beginning that gets them past the first check. */
export function hostileBytes(beginning: string): fc.Arbitrary<Buffer> {
  const bytes = fc.uint8Array({ maxLength: 512 }).map((array) => Buffer.from(array));
  return fc.oneof(
    bytes,
    bytes.map((rest) => Buffer.concat([Buffer.from(beginning, 'latin1'), rest])),
  );
}

/** A valid message with some bytes overwritten, a piece repeated and the end cut off. */
export function mutated(valid: Buffer): fc.Arbitrary<Buffer> {
  const place = fc.nat({ max: valid.length });
  return fc
    .tuple(fc.array(fc.tuple(place, fc.nat({ max: 255 })), { maxLength: 12 }), place, place, fc.nat({ max: 40 }), place)
    .map(([changes, from, to, times, cut]) => {
      const copy = Buffer.from(valid);
      for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
      const piece = copy.subarray(Math.min(from, to), Math.max(from, to));
      const repeated = Array.from({ length: times }, () => piece);
      const whole = Buffer.concat([copy.subarray(0, from), ...repeated, copy.subarray(from)]);
      return cut % 3 === 0 ? whole.subarray(0, cut) : whole;
    });
}

const PATTERNS = [
  ' ',
  ':',
  '\n',
  '\r',
  '\r\n',
  '\0',
  '\xff',
  'a',
  '<',
  '<title',
  '<title>',
  '<title ',
  'a:b\n',
  'a:\n b\n',
  '\n \n',
  '0\r\n',
  '1\r\na\r\n',
  'HTTP/1.1 100 \r\n\r\n',
  'HTTP/1.1 200 OK\r\n',
  'SIP/2.0 200 ',
  'Content-Length: 5,',
  'realm="',
];

/** Makes megabytes that are slow for a careless parser, each bare and behind `beginnings`. */
export function pathological(beginnings: readonly string[]): (readonly [name: string, make: () => Buffer])[] {
  return ['', ...beginnings].flatMap((beginning) =>
    PATTERNS.map((pattern) => {
      const repeated = () => Buffer.alloc(Math.ceil(1_000_000 / pattern.length) * pattern.length, pattern, 'latin1');
      const make = () => Buffer.concat([Buffer.from(beginning, 'latin1'), repeated()]);
      return [JSON.stringify(beginning + pattern).slice(0, 60), make] as const;
    }),
  );
}

/**
 * Expects `work` to take less than so many milliseconds of processor time: in one of five runs, since other threads of
 * this process count too, and a garbage collection of all that its earlier tests left may take most of a second.
 */
export function expectWithin(limitMs: number, work: () => void): void {
  let least = Infinity;
  for (let runs = 0; runs < 5 && least >= limitMs; runs++) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  expect(least).toBeLessThan(limitMs);
}
