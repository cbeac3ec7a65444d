import { expect, it } from 'vitest';
import { usualReleased } from '../dist/released.js';

it('the released network that the demo takes has a card, and a threshold that was measured for it', async () => {
  const released = await usualReleased();
  expect(released?.path).toMatch(/pocketnet-s-128\.pnet$/);
  expect(released?.threshold).toBeGreaterThan(0.2);
});
