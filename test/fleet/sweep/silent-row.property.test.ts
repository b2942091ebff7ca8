import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MassSilence } from '../../../src/fleet/sweep/mass-silence.js';

/** A site: always silent, alive, or newly silent of itself; and how long a look at it takes. */
interface Site {
  readonly kind: 'silent' | 'alive' | 'fell';
  readonly takes: number;
}

const SILENCE_TAKES = 75;

/** Fleets of which any share is always silent and up to a twentieth falls silent, in random places. */
const anyFleet = fc
  .record({
    size: fc.integer({ min: 60, max: 800 }),
    silent: fc.double({ min: 0, max: 0.9, noNaN: true }),
    fallen: fc.double({ min: 0, max: 0.05, noNaN: true }),
    seed: fc.integer(),
  })
  .map(({ size, silent, fallen, seed }) => {
    // Not drawn by fast-check, which prefers what lies at the edges: then most would fall silent, or those side by side.
    const random = createRandom(seed);
    return Array.from({ length: size }, (): Site => {
      const kind = random() < silent ? 'silent' : random() < fallen ? 'fell' : 'alive';
      const takes = 1 + Math.floor(60 * random());
      return { kind, takes: kind === 'alive' ? takes : SILENCE_TAKES + (takes % 7) };
    });
  });

/** Numbers from 0 to 1, all as likely; the same for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Sweeps a fleet, a look beginning in each moment; from `cutAt` on our line is cut. Tells whether it was suspected, and
 * how many living sites were looked at only after the cut.
 */
function sweep(fleet: readonly Site[], cutAt = Infinity): { readonly suspected: boolean; readonly cutOff: number } {
  const massSilence = new MassSilence();
  const looks = fleet.map(({ kind, takes }, begun) => {
    const isCut = begun >= cutAt;
    const inSight = kind === 'alive' && !isCut;
    return { begun, inSight, silent: kind === 'silent', endsAt: begun + (isCut ? SILENCE_TAKES + (takes % 7) : takes) };
  });
  for (const { begun, inSight, silent } of [...looks].sort((a, b) => a.endsAt - b.endsAt))
    massSilence.note({ silent }, inSight, begun);
  const cutOff = fleet.filter(({ kind }, begun) => kind === 'alive' && begun >= cutAt).length;
  return { suspected: massSilence.isLikely, cutOff };
}

const isShare = (fleet: readonly Site[]) => {
  const count = (kind: Site['kind']) => fleet.filter((site) => site.kind === kind).length;
  return count('fell') >= 5 && count('fell') > 0.2 * fleet.length;
};

test('sites that fall silent here and there are no mass silence, whatever share never answers', () => {
  fc.assert(
    fc.property(anyFleet, (fleet) => {
      fc.pre(!isShare(fleet));
      expect(sweep(fleet).suspected).toBe(false);
    }),
    { numRuns: 200 },
  );
});

test('a line that is cut in the middle of a sweep is noticed, whatever share never answers', () => {
  fc.assert(
    fc.property(anyFleet, fc.double({ min: 0, max: 1, noNaN: true }), (fleet, share) => {
      const { suspected, cutOff } = sweep(fleet, Math.floor(share * fleet.length));
      fc.pre(cutOff >= 20);
      expect(suspected).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('rows are told apart by one site that shows life, and joined in whatever order looks end', () => {
  const order = (count: number) =>
    fc.shuffledSubarray(
      Array.from({ length: count }, (_, begun) => begun),
      { minLength: count },
    );
  fc.assert(
    fc.property(order(23), (ends) => {
      const [parted, whole] = [new MassSilence(), new MassSilence()];
      // So many were silent before that by share nothing is likely.
      for (let one = 0; one < 20; one++) for (const each of [parted, whole]) each.note({ silent: true }, false);
      for (const begun of ends) {
        parted.note({ silent: false }, begun === 11, begun);
        // One of whom nothing is known, and one that proves nothing, part no row.
        if (begun === 11) whole.note(null, false, begun);
        else if (begun === 5) whole.skip(begun);
        else whole.note({ silent: false }, false, begun);
      }
      expect([parted.isLikely, whole.isLikely]).toEqual([false, true]);
    }),
  );
});
