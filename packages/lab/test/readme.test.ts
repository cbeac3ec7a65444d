import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../testing/readme-example.js';

it('runs the example of the README', () => {
  expect(runReadmeExample(import.meta.url)).toMatch(
    /^PocketNetS-128: 925632 parameters, 283\.5 million multiply-adds\n10 steps, loss [\d.]+\nONNX: \d+ nodes\nthe same as libtorch: true\naccuracy [01]\.\d{3}\n$/,
  );
});
