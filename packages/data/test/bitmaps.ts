import type { Picture } from '@pocketnet/data';

// Bitmaps of every kind that the decoder reads, written here from a picture.

export interface BitmapOptions {
  bits: 1 | 4 | 8 | 16 | 24 | 32;
  /** 0 none, 1 RLE8, 2 RLE4, 3 masks. */
  compression?: 0 | 1 | 2 | 3;
  /** Red, green, blue and alpha, with compression 3. */
  masks?: readonly [number, number, number, number];
  topDown?: boolean;
  /** 12 (OS/2), 40, 56 or 124 bytes. */
  header?: 12 | 40 | 56 | 124;
  /** Of up to 8 bits. */
  palette?: readonly (readonly [number, number, number])[];
}

/** @param pixel the number of a pixel: an index in the palette, or what the masks pick the colours out of */
export function bitmap(
  { width, height }: Pick<Picture, 'width' | 'height'>,
  pixel: (x: number, y: number) => number,
  { bits, compression = 0, masks, topDown = false, header = 40, palette = [] }: BitmapOptions,
): Uint8Array {
  const beside = compression === 3 && header === 40 ? 12 : 0;
  const colour = header === 12 ? 3 : 4;
  const start = 14 + header + beside + palette.length * colour;
  const rows = Array.from({ length: height }, (_, row) => {
    const y = topDown ? row : height - 1 - row;
    return Array.from({ length: width }, (_, x) => pixel(x, y));
  });
  const body = compression === 1 || compression === 2 ? runLengths(rows, bits) : plain(rows, bits);
  const head = Buffer.alloc(start);
  head.write('BM');
  head.writeUInt32LE(start + body.length, 2);
  head.writeUInt32LE(start, 10);
  head.writeUInt32LE(header, 14);
  if (header === 12) {
    for (const [i, value] of [width, height, 1, bits].entries()) head.writeUInt16LE(value, 18 + 2 * i);
  } else {
    head.writeInt32LE(width, 18);
    head.writeInt32LE(topDown ? -height : height, 22);
    head.writeUInt16LE(1, 26);
    head.writeUInt16LE(bits, 28);
    head.writeUInt32LE(compression, 30);
    head.writeUInt32LE(palette.length, 46);
    for (const [i, mask] of (masks ?? []).slice(0, header === 40 ? 3 : 4).entries())
      head.writeUInt32LE(mask, 54 + 4 * i);
  }
  for (const [i, [r, g, b]] of palette.entries()) head.set([b, g, r], 14 + header + beside + i * colour);
  return new Uint8Array(Buffer.concat([head, body]));
}

function plain(rows: readonly number[][], bits: number): Buffer {
  return Buffer.concat(
    rows.map((row) => {
      const bytes = Buffer.alloc(Math.ceil((row.length * bits) / 32) * 4);
      for (const [x, value] of row.entries()) {
        if (bits >= 8) bytes.writeUIntLE(value, (x * bits) / 8, bits / 8);
        else {
          const at = Math.floor((x * bits) / 8);
          bytes[at] = (bytes[at] ?? 0) | (value << (8 - bits - ((x * bits) % 8)));
        }
      }
      return bytes;
    }),
  );
}

/** Runs where values repeat, literal stretches elsewhere. */
function runLengths(rows: readonly number[][], bits: number): Buffer {
  const out: number[] = [];
  for (const row of rows) {
    for (let x = 0; x < row.length; ) {
      const value = row[x] ?? 0;
      let run = 1;
      while (run < 255 && x + run < row.length && row[x + run] === value) run++;
      if (run >= 3 || row.length - x < 3) {
        out.push(run, bits === 8 ? value : value * 17);
        x += run;
        continue;
      }
      const some = row.slice(x, x + Math.min(7, row.length - x));
      const packed =
        bits === 8
          ? some
          : Array.from(
              { length: Math.ceil(some.length / 2) },
              (_, i) => ((some[2 * i] ?? 0) << 4) | (some[2 * i + 1] ?? 0),
            );
      out.push(0, some.length, ...packed, ...(packed.length % 2 === 1 ? [0] : []));
      x += some.length;
    }
    out.push(0, 0);
  }
  out.push(0, 1);
  return Buffer.from(out);
}
