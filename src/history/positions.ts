/**
 * Creates what gives each client of a sweep another position, from 1 to 2^32, in an order that nobody can tell: they
 * are given out as the clients come, without a list of them. MurmurHash3's mixing of 32 bits can be undone, so two
 * numbers never come out as the same.
 */
export function createPositions(random: () => number = Math.random): () => number {
  let next = Math.floor(random() * 2 ** 32);
  return () => {
    let bits = next++ | 0;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) + 1;
  };
}
