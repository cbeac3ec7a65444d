import { readPlan } from '@pocketnet/engine/plan';
import { crc32c } from '@pocketnet/files';

/**
 * The fingerprint of a plan's weights and steps: what it says of itself (its card, its calibration) is left out, so that a model stays the
 * same when it is measured again.
 *
 * @returns 16 hexadecimal digits
 */
export function planFingerprint(bytes: Uint8Array): string {
  const { image, tensors, buffers, sources, steps } = readPlan(bytes);
  const structure = crc32c(new TextEncoder().encode(JSON.stringify([image, buffers, sources, steps])));
  const weights = tensors.map(({ data }) => crc32c(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
  const digits = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
  return digits(structure) + digits(crc32c(new Uint8Array(Uint32Array.from(weights).buffer)));
}
