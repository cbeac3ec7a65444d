import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../testing/readme-example.js';

it('runs the example of the README', () => {
  expect(runReadmeExample(import.meta.url)).toBe(
    [
      '136 bytes, fc.weight',
      'float32 [2,3]',
      'cut.safetensors: is no safetensors file, or truncated: its header claims 104 bytes, 82 follow',
      '',
    ].join('\n'),
  );
});
