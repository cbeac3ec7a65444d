import { expect, test } from 'vitest';
import { resultsOf } from '../../torch/test/children/ranks.js';

test('ranks of a search begin with the weights and α of the first, whatever their own would be', async () => {
  const program = new URL('./children/search-start.mjs', import.meta.url).href;
  for (const { size, differ } of await resultsOf<{ size: number; differ: number }>(program, 2)) {
    expect(size).toBeGreaterThan(1000);
    expect(differ).toBe(0);
  }
});
