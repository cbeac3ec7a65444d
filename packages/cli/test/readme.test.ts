import { expect, it } from 'vitest';
import { runShellExample } from '../../../testing/readme-example.js';

it('runs the example of the README', () => {
  const last = runShellExample('packages/cli/README.md').trimEnd().split('\n').at(-1) ?? '';
  expect(JSON.parse(last)).toMatchObject({ pairs: 60, folds: 5, model: 'tiny.onnx' });
});

it('prepares data as docs/data.md does', () => {
  const last = runShellExample('docs/data.md').trimEnd().split('\n').at(-1) ?? '';
  expect(JSON.parse(last)).toMatchObject({ images: 16, identities: 4, problems: [] });
});
