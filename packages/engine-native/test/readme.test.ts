import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../testing/readme-example.js';

it('runs the example of the README', () => {
  expect(runReadmeExample(import.meta.url)).toMatch(/^.+\nno\.pnet: It is shorter than a plan’s header\.\n$/);
});
