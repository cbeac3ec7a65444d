import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folder of the golden fixtures, where POCKETNET_DATA names one that holds them. */
export const GOLDEN = (() => {
  const folder = join(process.env.POCKETNET_DATA ?? '', 'golden');
  return process.env.POCKETNET_DATA && existsSync(folder) ? folder : undefined;
})();

/** Enough of safetensors for the fixtures: 8-byte header length, JSON header, raw little-endian F32 and I64. */
export function readTensors(path: string): Map<string, { shape: number[]; data: Float32Array | BigInt64Array }> {
  const file = readFileSync(path);
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }> = JSON.parse(
    file.toString('utf8', 8, start),
  );
  const tensors = new Map<string, { shape: number[]; data: Float32Array | BigInt64Array }>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const bytes = new Uint8Array(file.subarray(start + data_offsets[0], start + data_offsets[1])).buffer;
    tensors.set(name, { shape, data: dtype === 'I64' ? new BigInt64Array(bytes) : new Float32Array(bytes) });
  }
  return tensors;
}
