import { isIP } from 'node:net';
import { isControlLost } from '../../model/answer-kind.js';
import type { ReportData } from '../../model/report.js';

/** At most this many looks in a row that prove nothing make a family blind. */
const BLIND_LIMIT = 20;

interface Family {
  /** First looks that were begun. */
  expected: number;
  /** The latest looks in a row that proved nothing. */
  inRow: number;
}

/**
 * Judges whether we ourselves can still see, for IPv4 and IPv6 each by itself: a machine without a route to one of
 * them sees the other as well as ever. A control that is lost blinds both.
 */
export class Blindness {
  /** Looks that proved nothing. */
  count = 0;
  readonly #families = new Map<number, Family>();
  readonly #said = new Set<number>();

  /** Notes that an address is going to be looked at; what has none is of no family. */
  expect(address: string | null): void {
    if (address !== null) this.#of(isIP(address)).expected++;
  }

  /** Notes a look. The first of a family that could not leave our machine gives a sentence about that, others null. */
  note(report: ReportData, blind: boolean): string | null {
    if (blind) this.count++;
    const { address } = report.target;
    if (address === null) return null;
    const version = isIP(address);
    const lost = isControlLost(report.vantage);
    if (!blind) this.#of(version).inRow = 0;
    else if (lost) for (const family of this.#families.values()) family.inRow++;
    else this.#of(version).inRow++;
    const reasons = new Set(report.observations.map(({ reason }) => reason));
    if (!blind || lost || reasons.size === 0 || this.#said.has(version)) return null;
    this.#said.add(version);
    return (
      `no probe of ${address} could leave this machine (${[...reasons].sort().join(', ')}): that is our own trouble, and ` +
      `as long as it lasts, checks of IPv${version} addresses prove nothing`
    );
  }

  /** Whether we can see in none of the families that are in use: to go on would be of no use. */
  get isTotal(): boolean {
    const families = [...this.#families.values()];
    return (
      families.some(({ inRow }) => inRow >= BLIND_LIMIT) &&
      families.every(({ expected, inRow }) => inRow >= Math.min(BLIND_LIMIT, expected))
    );
  }

  #of(version: number): Family {
    let family = this.#families.get(version);
    if (!family) this.#families.set(version, (family = { expected: 0, inRow: 0 }));
    return family;
  }
}
