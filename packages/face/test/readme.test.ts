import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../testing/readme-example.js';

it('runs the example of the README', () => {
  expect(runReadmeExample(import.meta.url)).toBe('112 x 112, 37632 bytes\nthe nose comes to (56.7, 73.6)\n');
});
