import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../testing/readme-example.js';

it('runs the example of the README', () => {
  expect(runReadmeExample(import.meta.url)).toBe(
    "mean colour [ { name: 'mean', dims: [ 3 ] } ] [ 127.5, 25, 100 ]\n[ 2, 1 ]\n",
  );
});
