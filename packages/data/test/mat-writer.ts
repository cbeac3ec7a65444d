import { deflateSync } from 'node:zlib';

// A writer of level 5 MAT files, just as large as the tests need: cells, structs, texts and numbers.

export type MatInput = string | number[] | { cell: MatInput[]; dims: number[] } | { struct: Record<string, MatInput> };

/** A MAT file of one variable. */
export function matFile(name: string, value: MatInput, compress = false): Buffer {
  const header = Buffer.alloc(128, ' ');
  header.write('MATLAB 5.0 MAT-file, generated');
  header.writeUInt16LE(0x0100, 124);
  header.write('IM', 126);
  const variable = matrix(name, value);
  return Buffer.concat([header, compress ? element(15, deflateSync(variable), false) : variable]);
}

function matrix(name: string, value: MatInput): Buffer {
  if (typeof value === 'string') return array(4, name, [1, value.length], [element(17, Buffer.from(value, 'utf16le'))]);
  if (Array.isArray(value))
    return array(6, name, [1, value.length], [element(9, Buffer.from(new Float64Array(value).buffer))]);
  if ('cell' in value) {
    return array(
      1,
      name,
      value.dims,
      value.cell.map((item) => matrix('', item)),
    );
  }
  const names = Buffer.concat(Object.keys(value.struct).map((field) => Buffer.from(field.padEnd(32, '\0'))));
  const width = Buffer.from(new Int32Array([32]).buffer);
  const fields = Object.values(value.struct).map((field) => matrix('', field));
  return array(2, name, [1, 1], [element(5, width), element(1, names), ...fields]);
}

function array(kind: number, name: string, dims: readonly number[], content: readonly Buffer[]): Buffer {
  const flags = element(6, Buffer.from(new Uint32Array([kind, 0]).buffer));
  const sides = element(5, Buffer.from(new Int32Array(dims).buffer));
  return element(14, Buffer.concat([flags, sides, element(1, Buffer.from(name)), ...content]));
}

function element(type: number, data: Buffer, padded = true): Buffer {
  const tag = Buffer.from(new Uint32Array([type, data.length]).buffer);
  return Buffer.concat([tag, data, Buffer.alloc(padded ? (8 - (data.length % 8)) % 8 : 0)]);
}
