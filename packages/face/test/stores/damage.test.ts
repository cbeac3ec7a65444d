import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Change, openMemoryStore } from 'pocketnet/stores';
import { openFileStore } from 'pocketnet/stores/file';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyTo, sorted, stateOf, temporaryFolder } from './harness.js';

const text = (words: string): Uint8Array => new TextEncoder().encode(words);

/** A few commits of a person and a template each. */
const commits = Array.from({ length: 5 }, (_, i): Change[] => [
  { kind: 'person', id: `p${i}`, about: text(`{"name":"Number ${i}"}`) },
  { kind: 'template', id: `t${i}`, about: text('{}'), template: { model: 'm', vector: Float32Array.of(i, 1, 2) } },
]);

function modelOf(changes: readonly Change[][]): [string, string][] {
  const state = new Map<string, string>();
  for (const change of changes.flat()) applyTo(state, change);
  return sorted(state);
}

describe('a file of a gallery', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder, 'gallery.log');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** The file's bytes, and where each commit begins and the last ends. */
  async function written(): Promise<{ bytes: Uint8Array; starts: number[] }> {
    const store = await openFileStore(file);
    const starts = [];
    for (const commit of commits) {
      starts.push(statSync(file).size);
      await store.commit(commit);
    }
    await store.close();
    const bytes = new Uint8Array(readFileSync(file));
    return { bytes, starts: [...starts, bytes.length] };
  }

  async function read(bytes: Uint8Array): Promise<{ state: [string, string][]; notes: string[] }> {
    writeFileSync(file, bytes);
    const store = await openFileStore(file);
    const state = sorted(await stateOf(store));
    await store.commit([{ kind: 'setting', id: 'after', about: text('{}') }]);
    await store.close();
    const again = await openFileStore(file);
    const after = (await stateOf(again)).size;
    expect(after).toBe(state.length + 1); // what is added to a mended log is read, too
    await again.close();
    return { state, notes: [...store.notes] };
  }

  it('loses only the last commit wherever that is torn off, and says so', async () => {
    const { bytes, starts } = await written();
    const last = starts[4] as number;
    for (let end = last; end < bytes.length; end++) {
      const { state, notes } = await read(bytes.slice(0, end));
      expect(state).toEqual(modelOf(commits.slice(0, 4)));
      if (end === last) expect(notes).toEqual([]);
      else
        expect(notes).toEqual([
          expect.stringContaining(`the last ${end - last} bytes were a change that was never finished`),
        ]);
    }
  });

  it('clears away what a killed compaction left of it, and nothing of its neighbours', async () => {
    const neighbours = [
      '.other.log.12.0123abcd.partial',
      '.gallery.log.old.12.0123abcd.partial',
      '.gallery.log.notes.partial',
      '.gallery.12.0123abcd.partial',
    ];
    const own = '.gallery.log.12.0123abcd.partial';
    for (const name of [...neighbours, own]) writeFileSync(join(folder, name), 'templates');
    await (await openFileStore(file)).close();
    expect(readdirSync(folder).sort()).toEqual([...neighbours, 'gallery.log'].sort());
  });

  it('refuses a change that is longer than its format can tell', async () => {
    const store = await openFileStore(file);
    const long = { length: 2 ** 32 } as Uint8Array; // not made, since nobody gets as far as its bytes
    await expect(store.commit([{ kind: 'crop', id: 'c', about: long }])).rejects.toThrow('2 GiB');
    await expect(
      store.commit([1, 2, 3].map((i) => ({ kind: 'crop', id: `c${i}`, about: { length: 2 ** 31 } as Uint8Array }))),
    ).rejects.toThrow('2 GiB');
    await store.close();
  });

  it('takes zeros behind the last commit for the unfinished change that they are', async () => {
    const { bytes } = await written();
    const longer = new Uint8Array(bytes.length + 5000);
    longer.set(bytes);
    const { state, notes } = await read(longer);
    expect(state).toEqual(modelOf(commits));
    expect(notes).toHaveLength(1);
  });

  it('finds and names a flipped bit anywhere, and reads all other commits', async () => {
    const { bytes, starts } = await written();
    for (let at = 0; at < bytes.length; at++) {
      const broken = bytes.slice();
      broken[at] = (broken[at] ?? 0) ^ (1 << (at % 8));
      const store = await openMemoryStore(broken); // the same reader, without a disk
      const hit = starts.findIndex((start, i) => at >= start && at < (starts[i + 1] ?? Infinity));
      const rest = commits.filter((_, i) => i !== hit);
      expect(sorted(await stateOf(store)), `byte ${at}`).toEqual(modelOf(rest));
      expect(store.notes, `byte ${at}`).toHaveLength(1);
    }
    for (const at of [
      3,
      14,
      starts[0] as number,
      (starts[2] as number) + 5,
      (starts[3] as number) + 20,
      bytes.length - 1,
    ]) {
      const broken = bytes.slice();
      broken[at] = (broken[at] ?? 0) ^ 4;
      const { notes } = await read(broken);
      const [from, to] = (/bytes (\d+) to (\d+) are damaged/.exec(notes[0] ?? '') ?? []).slice(1).map(Number);
      expect(from, `byte ${at}`).toBeLessThanOrEqual(at);
      expect(to, `byte ${at}`).toBeGreaterThan(at);
    }
  });

  it('is not taken for a gallery where it is none, and stays as it is', async () => {
    for (const content of ['hello', 'x'.repeat(5000)]) {
      writeFileSync(file, content);
      await expect(openFileStore(file).then(stateOfAndClose)).rejects.toThrow('it is no gallery');
      expect(readFileSync(file, 'utf8')).toBe(content);
      rmSync(file);
    }
    await expect(openFileStore(join(folder, 'nowhere', 'g.log'))).rejects.toThrow('its folder does not exist');
    mkdirSync(file);
    await expect(openFileStore(file)).rejects.toThrow('is a folder');
  });

  async function stateOfAndClose(store: Awaited<ReturnType<typeof openFileStore>>): Promise<void> {
    try {
      await stateOf(store);
    } finally {
      await store.close();
    }
  }

  it('belongs to one process at a time, which is named; a dead one is taken over from', async () => {
    const first = await openFileStore(file);
    await expect(openFileStore(file)).rejects.toThrow('this process has this gallery open');
    const script = `import { openFileStore } from 'pocketnet/stores/file';
      try { await openFileStore(${JSON.stringify(file)}); console.log('opened'); } catch (error) { console.log(error.message); }`;
    const run = () =>
      spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', cwd: here }).stdout;
    // spawnSync blocks this process, which cannot say its number meanwhile: the socket alone says that it lives
    expect(run()).toContain('another process has this gallery open');
    expect(await spawned(script)).toContain(`process ${process.pid} has this gallery open`);
    await first.close();
    expect(run()).toBe('opened\n');

    const child = spawn(process.execPath, ['--input-type=module', '-e', `${script}; setInterval(() => {}, 1000)`], {
      cwd: here,
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await expect(openFileStore(file)).rejects.toThrow(`process ${child.pid} has this gallery open`);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const racers = await Promise.allSettled(Array.from({ length: 8 }, () => openFileStore(file)));
    const won = racers.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(won).toHaveLength(1);
    await won[0]?.close();
  });

  const here = fileURLToPath(new URL('.', import.meta.url));
  const spawned = (script: string): Promise<string> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: here });
      child.stdout.once('data', (said) => resolve(String(said)));
    });

  it('is its owner’s alone to read, also after it is compacted', async () => {
    const store = await openFileStore(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await store.compact();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await store.close();
  });

  it('says that the disk is full, keeps what was acknowledged, and goes on when there is room', async () => {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
    if (mounted.status !== 0) return; // only root may; `ulimit -f` does it for others in kills.test.ts
    try {
      const store = await openFileStore(file);
      const kept: Change[][] = [];
      let failure: Error | undefined;
      for (let i = 0; failure === undefined; i++) {
        const commit: Change[] = [{ kind: 'crop', id: `c${i}`, about: new Uint8Array(3000).fill(i) }];
        await store.commit(commit).then(
          () => kept.push(commit),
          (error) => {
            failure = error;
          },
        );
      }
      expect(failure.message).toBe(`${file}: the disk is full. Free some space and run it again.`);
      expect(kept.length).toBeGreaterThan(10);
      expect(sorted(await stateOf(store))).toEqual(modelOf(kept));
      await expect(store.compact()).rejects.toThrow('the disk is full');
      expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
      execFileSync('mount', ['-o', 'remount,size=1m', folder]);
      await store.commit([{ kind: 'person', id: 'p', about: text('there is room again') }]);
      await store.close();
      const again = await openFileStore(file);
      expect((await stateOf(again)).size).toBe(kept.length + 1);
      expect(again.notes).toEqual([]);
      await again.close();
    } finally {
      execFileSync('umount', ['-l', folder]);
    }
  });
});
