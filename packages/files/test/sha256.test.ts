import { createHash } from 'node:crypto';
import { sha256 } from '@pocketnet/files';
import fc from 'fast-check';
import { expect, it } from 'vitest';

it('gives the digests that Node gives, whatever the length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(9), (bytes, skipped) => {
      const part = bytes.subarray(skipped); // part of a larger memory
      expect(sha256(part)).toBe(createHash('sha256').update(part).digest('hex'));
    }),
    { numRuns: 300 },
  );
});
