import { Random } from '@pocketnet/files';
import { expect } from 'vitest';
import { cpuTime } from './cpu-time.js';

/** The seed of a fuzz test's damage, which its failures print: `FUZZ_SEED=… npx vitest run …` does the same again. */
export const FUZZ_SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Date.now() / 1000));
/** Damaged inputs of each kind. */
export const FUZZ_ROUNDS = Number(process.env.FUZZ_ROUNDS ?? 1000);
/** Far above what one small file takes, far below a hang. */
export const SLOWEST_MS = 2000;
const MOST_MEMORY = 256 * 2 ** 20;

/** Runs `use` on damaged inputs; each ends well, or with the error that is meant for it, soon and in little memory. */
export async function survive(
  use: (damaged: Uint8Array, random: Random) => unknown,
  original: Uint8Array,
  isMeant: (error: unknown) => boolean,
  rounds = FUZZ_ROUNDS,
): Promise<void> {
  const before = process.memoryUsage();
  let refused = 0;
  for (let round = 0; round < rounds; round++) {
    const random = new Random(FUZZ_SEED, round);
    let damaged = mutate(original, random);
    while (random.int(3) === 0) damaged = mutate(damaged, random);
    const start = cpuTime();
    try {
      await use(damaged, random);
    } catch (error) {
      if (!isMeant(error))
        throw new Error(`FUZZ_SEED=${FUZZ_SEED}, round ${round}: ${String(error)}`, { cause: error });
      refused++;
    }
    expect(cpuTime() - start, `FUZZ_SEED=${FUZZ_SEED}, round ${round}`).toBeLessThan(SLOWEST_MS);
  }
  const after = process.memoryUsage();
  expect(after.arrayBuffers - before.arrayBuffers, `FUZZ_SEED=${FUZZ_SEED}`).toBeLessThan(MOST_MEMORY);
  expect(after.rss - before.rss, `FUZZ_SEED=${FUZZ_SEED}`).toBeLessThan(MOST_MEMORY);
  expect(refused, 'damage is found in a fair part of the rounds').toBeGreaterThan(rounds / 20);
}

/** Damages `bytes` in one of the ways that files get damaged. */
export function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Buffer.from(bytes);
  const at = random.int(Math.max(1, copy.length));
  switch (random.int(6)) {
    case 0: // bit flips
      for (let n = 0; n <= random.int(8); n++) {
        const where = random.int(copy.length);
        copy[where] = (copy[where] ?? 0) ^ (1 << random.int(8));
      }
      return copy;
    case 1: // cut off
      return copy.subarray(0, at);
    case 2: // a stretch is repeated elsewhere
      return Buffer.concat([copy.subarray(0, at), copy.subarray(random.int(copy.length)), copy.subarray(at)]);
    case 3: // a stretch is missing
      return Buffer.concat([copy.subarray(0, at), copy.subarray(Math.min(copy.length, at + 1 + random.int(64)))]);
    case 4: // a huge number
      if (copy.length >= 4)
        copy.writeUInt32LE(random.int(2) ? 0xffffffff : random.uint32(), random.int(copy.length - 3));
      return copy;
    default: // noise
      for (let i = at; i < Math.min(copy.length, at + 32); i++) copy[i] = random.int(256);
      return copy;
  }
}
