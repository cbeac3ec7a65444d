import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { namingFile, writeFileAtomic } from '@pocketnet/files/node';
import { z } from 'zod';
import type { Block } from '../blocks/interpreter.js';
import { type BlockInput, signatureOf } from './signature.js';

const entry = z.strictObject({
  /** What it is called, for people. */
  what: z.string(),
  /** Milliseconds of an image. */
  ms: z.number().min(0),
});

/** What `pocketnet bench --operations` writes: the time of every part that a network may have, on one engine of one machine. */
export const latencyTableSchema = z.strictObject({
  machine: z.string(),
  /** The engine and its form, such as `native avx512`. */
  engine: z.string(),
  /** Frames and sides of the input that it covers, for people. */
  frames: z.array(z.string()),
  /** By what they do, layer by layer. */
  parts: z.record(z.string(), entry),
});

export type LatencyTable = z.output<typeof latencyTableSchema>;

/** @throws an Error that names the file, where it is no table */
export function readLatencyTable(path: string): LatencyTable {
  const text = namingFile(path, 'the table of operations cannot be read', () => readFileSync(path, 'utf8'));
  try {
    return latencyTableSchema.parse(JSON.parse(text));
  } catch (cause) {
    const reason =
      cause instanceof z.ZodError ? z.prettifyError(cause) : cause instanceof Error ? cause.message : cause;
    throw new Error(
      `${path} is no table of operations: ${reason}. Make one: pocketnet bench --operations --out ${path}.`,
      { cause },
    );
  }
}

/** What a table says, wherever it lies, in 16 hexadecimal digits: a search goes on with the times that it began with. */
export const latencyTableDigest = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);

export const writeLatencyTable = (path: string, table: LatencyTable): void =>
  writeFileAtomic(path, `${JSON.stringify(table, null, 1)}\n`);

/** Milliseconds of an operation of an edge. @throws an Error that says which one the table lacks */
export function msOfEdge(table: LatencyTable, block: Pick<Block, 'read'>, input: BlockInput): number {
  const signature = signatureOf(block, input);
  const found = table.parts[`edge: ${signature}`];
  if (found) return found.ms;
  throw new Error(
    `The table of operations has no time of a block "${signature}": it is of ${table.frames.join(', ')}. ` +
      'Measure this frame: pocketnet bench --operations.',
  );
}
