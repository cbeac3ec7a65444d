import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../testing/readme-example.js';

it('runs the example of the README', () => {
  expect(runReadmeExample(import.meta.url)).toBe(
    '40 images of 10 people, the last of number 9\n8 images, 98304 floats, labels 8\n6 pairs, 12 images\n',
  );
});
