import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../testing/readme-example.js';

it('runs the example of the README', () => {
  expect(runReadmeExample(import.meta.url)).toMatch(
    /accuracy 0\.\d{3} ± 0\.\d{3}\n95 % interval .*\nEER .*\na page, without scripts/,
  );
});
