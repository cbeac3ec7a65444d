import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../testing/readme-example.js';

it('runs the example of the README', () => {
  expect(runReadmeExample(import.meta.url)).toMatch(
    /accuracy 0\.\d{3} ± 0\.\d{3}\n95 % interval .*\nEER .*\na page, without scripts/,
  );
});

it('runs the example of the README about templates', () => {
  expect(runReadmeExample(import.meta.url, 1)).toBe(
    'TAR at FAR 0.000001: not enough pairs to say\nTAR at FAR 0.5: 1\nrank-1 1\n',
  );
});
