import { spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openFileStore } from 'pocketnet/stores/file';
import { changesOf } from './invented.mjs';

const REPEATS = 3;

/** Seconds until a gallery's file can be asked, each time in a process of its own. */
export async function opening({ folder, size, people }) {
  const file = join(folder, 'opened.log');
  const store = await openFileStore(file);
  for (const changes of changesOf(size, people)) await store.commit(changes);
  await store.close();
  console.log(
    `\nopening ${size.toLocaleString('en')} templates of ${people.toLocaleString('en')} people, ${(statSync(file).size / 1e6).toFixed(0)} MB`,
  );
  const script = fileURLToPath(new URL('./open-once.mjs', import.meta.url));
  for (let i = 0; i < REPEATS; i++) spawnSync(process.execPath, [script, file], { stdio: 'inherit' });
  rmSync(file);
}
