import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Random } from '@pocketnet/files';
import { Gallery } from 'pocketnet/gallery';
import { openFileStore } from 'pocketnet/stores/file';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filesIn, holds, temporaryFolder } from './harness.js';

const KILLS = Number(process.env.POCKETNET_KILLS ?? 12);
const ENROLMENTS = 10 * KILLS;
const here = fileURLToPath(new URL('.', import.meta.url));

/** Enrols four at a time, with a crop each, and says of each which person it was once it is acknowledged; compacts now and then. */
const enroller = (file: string, first: number): string => `
  import { Gallery } from 'pocketnet/gallery';
  import { openFileStore } from 'pocketnet/stores/file';
  const gallery = await Gallery.open(await openFileStore(${JSON.stringify(file)}));
  let next = ${first};
  const enrol = async () => {
    for (;;) {
      const number = next++;
      const vector = new Float32Array(128);
      vector[number % 128] = 1;
      try {
        await gallery.enrol({ name: 'Number ' + number }, { model: 'm', vector }, { crop: new Uint8Array(700).fill(number) });
      } catch (error) {
        console.log('refused ' + number + ' ' + error.message);
        process.exit(0);
      }
      console.log('enrolled ' + number);
      if (number % 12 === 11) await gallery.compact();
    }
  };
  console.log('opened');
  await Promise.all([enrol(), enrol(), enrol(), enrol()]);
`;

describe('enrolments in a file', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder, 'gallery.log');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const started = (script: string): ChildProcessWithoutNullStreams =>
    spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: here });

  /** Everybody in the gallery, each whole: with one template and its crop. */
  async function everybody(): Promise<Set<number>> {
    const gallery = await Gallery.open(await openFileStore(file));
    const numbers = new Set<number>();
    const { people } = await gallery.people({ limit: 1_000_000 });
    for (const { id, name, templates } of people) {
      const number = Number(name.split(' ')[1]);
      numbers.add(number);
      expect(templates).toHaveLength(1);
      if (number % 17 !== 0) continue; // each export reads the file
      const [template] = (await gallery.export(id)).templates;
      expect(template?.vector[number % 128]).toBe(1);
      expect(atob(template?.crop ?? '').length).toBe(700);
    }
    for (const note of gallery.notes) expect(note).toContain('never finished');
    await gallery.close();
    return numbers;
  }

  it(`are all there after ${KILLS} kills at random moments, each whole (seed 1)`, async () => {
    const random = new Random(1);
    const acknowledged = new Set<number>();
    let first = 0;
    let kills = 0;
    let killedInCompaction = 0;
    while (kills < KILLS || acknowledged.size < ENROLMENTS) {
      const child = started(enroller(file, first));
      const wanted = 1 + random.int(24);
      let heard = 0;
      for await (const line of createInterface(child.stdout)) {
        const [what, number] = line.split(' ');
        if (what !== 'enrolled') continue;
        acknowledged.add(Number(number));
        first = Math.max(first, Number(number) + 1);
        if (++heard === wanted) setTimeout(() => child.kill('SIGKILL'), random.between(0, 8));
      }
      first += 5; // those under way when it was killed have numbers of their own
      kills++;
      if (filesIn(folder).length > 1) killedInCompaction++;
      if (kills % 10 === 0 || kills === KILLS) {
        const there = await everybody();
        expect([...acknowledged].filter((number) => !there.has(number))).toEqual([]);
      }
    }
    console.log(
      `${kills} kills, ${killedInCompaction} of them within a compaction; ${acknowledged.size} enrolments acknowledged, none lost`,
    );
    const there = await everybody();
    expect([...acknowledged].filter((number) => !there.has(number))).toEqual([]);
    expect(there.size - acknowledged.size).toBeLessThanOrEqual(5 * kills);
  });

  it('that a full disk refuses are not there, and all others are', async () => {
    // a limit of 64 blocks of 1 KiB on the size of a file; the signal that comes with it is ignored, as a disk sends none
    const script = enroller(file, 0);
    const { stdout } = spawnSync(
      'bash',
      ['-c', `trap '' XFSZ; ulimit -f 64; exec "$0" --input-type=module -e "$1"`, process.execPath, script],
      { cwd: here, encoding: 'utf8' },
    );
    const acknowledged = [...stdout.matchAll(/^enrolled (\d+)$/gm)].map(([, number]) => Number(number));
    expect(stdout).toMatch(/refused \d+ .*gallery\.log: /);
    expect(acknowledged.length).toBeGreaterThan(20);
    expect(statSync(file).size).toBeLessThanOrEqual(65536);
    const there = await everybody();
    expect(acknowledged.filter((number) => !there.has(number))).toEqual([]);
    expect(there.size).toBeLessThanOrEqual(acknowledged.length + 4);
  });

  it('that were forgotten stay forgotten when the forgetting was killed, and their bytes go at the next opening', async () => {
    const random = new Random(3);
    const secret = new Uint8Array(Float32Array.from({ length: 128 }, () => Math.fround(1 / Math.sqrt(128))).buffer);
    const vector = new Float32Array(secret.buffer);
    for (let round = 0; round < 4; round++) {
      const gallery = await Gallery.open(await openFileStore(file));
      const { person } = await gallery.enrol({ name: 'Gone' }, { model: 'm', vector });
      await gallery.enrol({ name: 'Stays' }, { model: 'm', vector: vector.map((v, i) => (i % 2 ? v : -v)) });
      await gallery.close();
      expect(holds([new Uint8Array(readFileSync(file))], secret)).toBe(true);
      const child = started(`
        import { Gallery } from 'pocketnet/gallery';
        import { openFileStore } from 'pocketnet/stores/file';
        const store = await openFileStore(${JSON.stringify(file)});
        const gallery = await Gallery.open(store);
        const compact = store.compact.bind(store);
        store.compact = () => { console.log('compacting'); return ${round % 2 === 0 ? 'new Promise(() => setInterval(() => {}, 1000))' : 'compact()'}; };
        await gallery.forget(${JSON.stringify(person)});
      `);
      await new Promise((resolve) => child.stdout.once('data', resolve));
      setTimeout(() => child.kill('SIGKILL'), round % 2 === 0 ? 0 : random.between(0, 6));
      await new Promise((resolve) => child.once('exit', resolve));
      const again = await Gallery.open(await openFileStore(file));
      expect((await again.people()).people.map((each) => each.name)).not.toContain('Gone');
      expect(holds(filesIn(folder), secret)).toBe(false);
      await again.close();
    }
  });
});
