import { usualThreshold } from '@pocketnet/lab/card';
import { expect, it } from 'vitest';
import { usualReleased } from '../dist/released.js';

it('the released network that the demo takes carries a card with the threshold that was measured for it', async () => {
  const released = await usualReleased();
  expect(released?.path).toMatch(/pocketnet-s-128\.pnet$/);
  expect(released && usualThreshold(released.card)).toBeGreaterThan(0.2);
});
