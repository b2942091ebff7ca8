import { crc32, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
/** Larger logos only make each document heavy. */
const MAX_SIDE = 4_000;
const MAX_PIXELS = 4_000_000;
/** Chunks that make up the picture; all else, such as where a photograph was taken, is no one's business. */
const KEPT: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'tRNS', 'gAMA', 'sRGB', 'IDAT', 'IEND']);
/** Samples a pixel, and the depths that PNG allows, by colour type (ISO/IEC 15948, table 11.1). */
const COLOUR_TYPES: Readonly<Record<number, { readonly samples: number; readonly depths: readonly number[] }>> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
  readonly whole: Buffer;
}

/** Whether bytes begin as a PNG does. */
export function isPng(bytes: Buffer): boolean {
  return bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE);
}

/** The same picture with nothing else in its file, or what is wrong with it. Total. */
export function cleanPng(bytes: Buffer): Buffer | string {
  const chunks = readChunks(bytes);
  if (!chunks) return 'is a damaged PNG';
  const [header] = chunks;
  if (header?.type !== 'IHDR' || header.data.length !== 13 || chunks.at(-1)?.type !== 'IEND') return 'is a damaged PNG';
  const width = header.data.readUInt32BE(0);
  const height = header.data.readUInt32BE(4);
  if (width === 0 || height === 0) return 'is a PNG without a size';
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS)
    return `has ${width} × ${height} pixels: at most ${MAX_SIDE} a side and ${MAX_PIXELS / 1e6} million in all`;
  if (header.data[12] !== 0) return 'is an interlaced PNG: save it without interlacing';
  return hasPixels(header.data, width, height, chunks)
    ? Buffer.concat([SIGNATURE, ...chunks.filter(({ type }) => KEPT.has(type)).map(({ whole }) => whole)])
    : 'is a damaged PNG';
}

/** The chunks up to the end of the picture; null if one is cut off or damaged. */
function readChunks(bytes: Buffer): Chunk[] | null {
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; chunks.at(-1)?.type !== 'IEND';) {
    const end = at + 12 <= bytes.length ? at + 12 + bytes.readUInt32BE(at) : Infinity;
    if (end > bytes.length) return null;
    const body = bytes.subarray(at + 4, end - 4);
    if (crc32(body) !== bytes.readUInt32BE(end - 4)) return null;
    chunks.push({
      type: body.toString('latin1', 0, 4),
      data: body.subarray(4),
      whole: bytes.subarray(at, end),
    });
    at = end;
  }
  return chunks;
}

/** Whether there is exactly a filter and a row of pixels for each line, and a palette where one is needed. */
function hasPixels(header: Buffer, width: number, height: number, chunks: readonly Chunk[]): boolean {
  const type = COLOUR_TYPES[header[9]!];
  const depth = header[8]!;
  if (!type?.depths.includes(depth)) return false;
  if (header[9] === 3 && !chunks.some((chunk) => chunk.type === 'PLTE')) return false;
  const size = height * (1 + Math.ceil((width * type.samples * depth) / 8));
  const packed = Buffer.concat(chunks.filter((chunk) => chunk.type === 'IDAT').map(({ data }) => data));
  try {
    return inflateSync(packed, { maxOutputLength: size }).length === size;
  } catch {
    return false;
  }
}
