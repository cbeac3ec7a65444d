import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../testing/readme-example.js';

it('runs the example of the README', () => {
  expect(runReadmeExample(import.meta.url)).toMatch(
    /^\d+ bytes, Conv → PRelu → GlobalAveragePool → Flatten\nnative tiny .*\nwasm tiny .*\nthe same numbers\n$/,
  );
});
