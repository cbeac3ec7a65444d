import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { fromArray, type nn, noGrad, ops, scope } from '@pocketnet/torch';
import { sum } from '../check.js';

// Weights too large to store follow from their names: u of element i is hash(i, nameKey(name, seed)) / 2³², images likewise.

export const nameKey = (name: string, seed: number): number => crc32(name) + seed;
export const imageKey = (seed: number): number => seed + 12345;

/** murmur3's finaliser over i · 2654435761 + key, all modulo 2³². */
export function hash(i: number, key: number): number {
  let h = (Math.imul(i, 2654435761) + key) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** `value` of each element's u in [0, 1), rounded once. */
function generate(size: number, key: number, value: (u: number) => number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = value(hash(i, key) / 2 ** 32);
  return values;
}

function valueFor(name: string, shape: readonly number[]): (u: number) => number {
  if (shape.length > 1) {
    const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
    return (u) => (u - 0.5) * 2 * Math.sqrt(3 / fanIn);
  }
  if (name.endsWith('bias') || name.endsWith('running_mean')) return (u) => (u - 0.5) * 0.2;
  if (name.endsWith('bn3.weight')) return (u) => 0.2 + 0.2 * u;
  if (name.endsWith('prelu.weight')) return (u) => 0.1 + 0.3 * u;
  return (u) => 0.8 + 0.4 * u;
}

/** Fills a network, and tells the SHA-256 and the sum of all floats that it put in. */
export function fillByRule(net: nn.Module, seed: number): { sha256: string; total: number } {
  const sha = createHash('sha256');
  let total = 0;
  noGrad(() =>
    scope(() => {
      for (const [name, tensor] of net.stateDict()) {
        if (name.endsWith('num_batches_tracked')) {
          ops.zero_(tensor);
          continue;
        }
        const values = generate(tensor.size, nameKey(name, seed), valueFor(name, tensor.shape));
        ops.copy_(tensor, fromArray(values, tensor.shape));
        sha.update(values);
        total += sum(values);
      }
    }),
  );
  return { sha256: sha.digest('hex'), total };
}

/** [count, 3, side, side] of numbers in [-1, 1). */
export const imagesByRule = (count: number, side: number, seed: number): Float32Array<ArrayBuffer> =>
  generate(count * 3 * side ** 2, imageKey(seed), (u) => (u - 0.5) * 2);
