/*
 * Values as PostgreSQL has them, and as queries see them: as SQLite gives them. Its text cannot hold U+0000, which
 * hostile answers may: it is written as U+FDD0 and 0, and U+FDD0 itself, which Unicode keeps for such a use, as U+FDD0
 * and 1. So every text comes back as it was.
 */

const MARK = '\ufdd0';

/** How a parameter is sent. */
export function encodeValue(value: unknown): unknown {
  if (typeof value !== 'string' || !/[\0\ufdd0]/.test(value)) return value;
  return value.replace(/[\0\ufdd0]/g, (character) => MARK + (character === '\0' ? '0' : '1'));
}

function decodeText(text: string): string {
  if (!text.includes(MARK)) return text;
  return text.replace(/\ufdd0([01])/g, (_pair, which) => (which === '0' ? '\0' : MARK));
}

/** Types by their numbers in pg_type. Yes and no are 1 and 0, and every number is one. */
const PARSERS: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [16, (text) => Number(text === 't')],
  [17, (text) => Buffer.from(text.slice(2), 'hex')],
  ...[20, 21, 23, 26, 700, 701, 1700].map((type) => [type, Number] as const),
]);

/** How columns of results are read. */
export const TYPES = { getTypeParser: (type: number) => PARSERS.get(type) ?? decodeText };
