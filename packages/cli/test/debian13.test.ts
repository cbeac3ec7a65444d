import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { workplace } from './pocketnet.js';

const script = fileURLToPath(new URL('../../../scripts/debian13.sh', import.meta.url));
const place = workplace();
afterAll(() => place.remove());

// Where another Debian cannot be made at all, it ends with the same code before it comes to the folder.
it("makes no Debian out of somebody's folder, though it holds a debootstrap", () => {
  const file = join(place.path, 'debootstrap', 'notes.txt');
  mkdirSync(join(file, '..'));
  writeFileSync(file, 'precious');
  const { status, stderr } = spawnSync(script, [place.path, '--', 'true'], { encoding: 'utf8' });
  expect({ status, text: readFileSync(file, 'utf8') }).toEqual({ status: 75, text: 'precious' });
  expect(stderr).toContain('debian13: ');
});
