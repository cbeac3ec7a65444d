import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../testing/readme-example.js';

it('runs the example of the README', () => {
  const [faces, same, verdict] = runReadmeExample(import.meta.url, 0, { 'group.jpg': 'docs/generated-faces.jpg' })
    .trim()
    .split('\n');
  expect(faces).toMatch(/^48 .*Looks at the camera\./);
  expect(same).toMatch(/^The same person: fewer than one stranger in 240,000 looks as alike\./);
  expect(['same', 'unsure', 'different']).toContain(verdict);
});
