import { sha256 } from '@pocketnet/files';
import { readPlan } from './read.js';
import { writePlan } from './write.js';

/**
 * Names what a plan computes: the first 32 hexadecimal digits of the SHA-256 of its file without what it says of itself, so that a card
 * may be written anew. The arithmetic that a plan is opened with is no part of it: templates of one network have one name.
 *
 * @throws an Error where the bytes are no plan
 */
export function planFingerprint(bytes: Uint8Array): string {
  const unnamed = { input: { name: '' }, outputs: [], model: {} };
  return sha256(writePlan({ ...readPlan(bytes), metadata: unnamed })).slice(0, 32);
}
