import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Gallery } from 'pocketnet/gallery';
import { openFileStore } from 'pocketnet/stores/file';
import { openPostgresStore } from 'pocketnet/stores/postgres';
import { inventor, MODEL } from './invented.mjs';

const SECONDS = 3;

/** Enrolments a second that were acknowledged, by one caller and by sixteen at once. */
export async function enrolments({ folder }) {
  console.log('\nenrolments a second that last');
  const file = join(folder, 'enrolled.log');
  await measure('file', () => openFileStore(file));
  rmSync(file);
  const url = process.env.POCKETNET_POSTGRES;
  if (url) await measure('postgres', () => openPostgresStore(url, { gallery: `bench ${Date.now()}` }));
}

async function measure(name, open) {
  const gallery = await Gallery.open(await open());
  const vector = inventor(3);
  for (const callers of [1, 16]) {
    let done = 0;
    const waits = [];
    const end = performance.now() + 1000 * SECONDS;
    const call = async () => {
      while (performance.now() < end) {
        const from = performance.now();
        await gallery.enrol({ name: 'somebody' }, { model: MODEL, vector: vector() });
        waits.push(performance.now() - from);
        done++;
      }
    };
    await Promise.all(Array.from({ length: callers }, call));
    waits.sort((a, b) => a - b);
    console.log(
      `  ${name}, ${callers} at a time: ${(done / SECONDS).toFixed(0)}; half are acknowledged within ${waits[waits.length >> 1].toFixed(2)} ms, 99 % within ${waits[Math.floor(0.99 * waits.length)].toFixed(2)} ms`,
    );
  }
  await gallery.close();
}
