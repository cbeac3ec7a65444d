import { expect, test } from 'vitest';
import { runReadmeExample } from '../../../testing/readme-example.js';

test('the example of the README runs and learns', () => {
  expect(runReadmeExample(import.meta.url)).toBe('xor is learnt: true\n');
});
