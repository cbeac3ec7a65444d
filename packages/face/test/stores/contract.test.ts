import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { type Change, RECORD_KINDS } from 'pocketnet/stores';
import { openStore, storeKinds } from 'pocketnet/stores/registry';
import { afterEach, describe, expect, it } from 'vitest';
import { applyTo, filesIn, holds, type Place, sorted, stateOf, storesUnderTest, temporaryFolder } from './harness.js';

const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const vector = (...numbers: number[]): Float32Array => Float32Array.from(numbers);

const record = fc.record({
  kind: fc.constantFrom(...RECORD_KINDS.filter((kind) => kind !== 'template')),
  id: fc.constantFrom('a', 'b', 'c'),
  about: fc.uint8Array({ maxLength: 40 }),
});
const template = fc.record({
  kind: fc.constant('template' as const),
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  about: fc.uint8Array({ maxLength: 7 }),
  template: fc.record({
    model: fc.constantFrom('one', 'two, ünlike'),
    vector: fc.float32Array({ minLength: 4, maxLength: 4, noNaN: true, noDefaultInfinity: true }),
  }),
});
const removal = fc.record({ kind: fc.constantFrom(...RECORD_KINDS), id: fc.constantFrom('a', 'b', 'c', 'd') });
const change: fc.Arbitrary<Change> = fc.oneof(record, template, removal);

for (const { name, missing, sealed = false, place: prepare } of storesUnderTest)
  describe.skipIf(missing !== undefined)(`the store "${name}"${missing ? ` (${missing})` : ''}`, () => {
    let place: Place | undefined;
    const prepared = async (): Promise<Place> => {
      place = await prepare();
      return place;
    };
    afterEach(async () => {
      await place?.remove();
      place = undefined;
    });

    it('gives back what it was given, bit by bit', async () => {
      const { open } = await prepared();
      const first = await open();
      expect(await stateOf(first)).toEqual(new Map());
      await first.commit([
        { kind: 'person', id: 'p', about: text('Ada Łovelace') },
        {
          kind: 'template',
          id: 't',
          about: text(''),
          template: { model: 'm', vector: vector(1e-38, -0, 3.25, 1 / 3) },
        },
        { kind: 'crop', id: 't', about: Uint8Array.from({ length: 3000 }, (_, i) => i) },
      ]);
      const before = await stateOf(first);
      await first.close();
      const second = await open();
      const after = await stateOf(second);
      expect(after.size).toBe(3);
      expect(sorted(after)).toEqual(sorted(before));
      await second.close();
    });

    it('is what a plain map is after any commits, compactions and openings anew', async () => {
      const step = fc.oneof(
        { weight: 6, arbitrary: fc.array(change, { minLength: 1, maxLength: 5 }) },
        fc.constantFrom('compact' as const, 'open anew' as const),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
          const here = await prepare();
          const model = new Map<string, string>();
          let store = await here.open();
          try {
            for (const each of steps)
              if (each === 'compact') await store.compact();
              else if (each === 'open anew') {
                await store.close();
                store = await here.open();
              } else {
                await store.commit(each);
                for (const one of each) applyTo(model, one);
              }
            expect(sorted(await stateOf(store))).toEqual(sorted(model));
            expect(store.notes).toEqual([]);
          } finally {
            await store.close();
            await here.remove();
          }
        }),
        { numRuns: 25 },
      );
    });

    it('keeps the commits of many callers at once, each whole', async () => {
      const { open } = await prepared();
      const store = await open();
      const ids = Array.from({ length: 50 }, (_, i) => `id-${i}`);
      await Promise.all(
        ids.map((id) =>
          store.commit([
            { kind: 'person', id, about: text(id) },
            { kind: 'crop', id, about: text(id) },
          ]),
        ),
      );
      await store.close();
      const again = await open();
      expect((await stateOf(again)).size).toBe(100);
      await again.close();
    });

    it('keeps nothing of a commit that it refuses', async () => {
      const { open } = await prepared();
      const store = await open();
      const refused = store.commit([
        { kind: 'person', id: 'good', about: text('') },
        { kind: 'person', id: 'bad\n', about: text('') },
      ]);
      await expect(refused).rejects.toThrow('is no id');
      expect((await stateOf(store)).size).toBe(0);
      await store.close();
    });

    it('leaves no byte of what was removed or replaced, once compacted', async () => {
      const { open, bytes } = await prepared();
      if (!bytes) return;
      const store = await open();
      const gone = vector(0.11, 0.22, 0.33, 0.44);
      const secret = new Uint8Array(gone.buffer);
      const said = text('a remark to be replaced');
      await store.commit([
        { kind: 'template', id: 't', about: text(''), template: { model: 'm', vector: gone } },
        { kind: 'person', id: 'p', about: said },
      ]);
      expect(holds(await bytes(), secret)).toBe(!sealed);
      expect(holds(await bytes(), said)).toBe(!sealed);
      await store.commit([
        { kind: 'template', id: 't' },
        { kind: 'person', id: 'p', about: text('another') },
      ]);
      await store.compact();
      expect(holds(await bytes(), secret)).toBe(false);
      expect(holds(await bytes(), said)).toBe(false);
      expect(holds(await bytes(), text('another'))).toBe(!sealed);
      await store.commit([{ kind: 'person', id: 'q', about: text('after it') }]);
      await store.close();
      const again = await open();
      expect((await stateOf(again)).size).toBe(2);
      await again.close();
    });

    it('says that it is closed, and may be closed twice', async () => {
      const { open } = await prepared();
      const store = await open();
      await store.close();
      await store.close();
      await expect(store.commit([{ kind: 'person', id: 'p', about: text('') }])).rejects.toThrow('closed');
    });
  });

describe('the registry of stores', () => {
  it('has no store that this suite leaves out', () => {
    const tested = storesUnderTest.map(({ name }) => name);
    expect(tested).toEqual(expect.arrayContaining(storeKinds.map(({ name }) => name)));
  });

  it('opens what a location names, and refuses what names none', async () => {
    const folder = temporaryFolder();
    const location = join(folder, 'a.log');
    await expect(openStore(location, { begin: false })).rejects.toThrow(`${location}: there is no gallery`);
    expect(filesIn(folder)).toEqual([]);
    for (const [place, name] of [
      ['memory:', 'memory'],
      [location, location],
    ] as const) {
      const store = await openStore(place);
      expect(store.location).toBe(name);
      await store.close();
      await (await openStore(place, { begin: false })).close();
    }
    rmSync(folder, { recursive: true });
    await expect(openStore('mysql://host/db')).rejects.toThrow('"mysql://host/db" is no place for a gallery');
    await expect(openStore('mysql://me:secret@host/db')).rejects.toThrow('"mysql://…@host/db" is no place');
    await expect(openStore('postgres://me:secret@a b/db')).rejects.toThrow(
      /^The address of PostgreSQL cannot be read(?!.*secret)/,
    );
    await expect(openStore('postgres://me:secret@127.0.0.1:9/db')).rejects.toThrow(
      /ECONNREFUSED.*No server answers there(?!.*secret)/,
    );
    await expect(openStore('postgres://host/db?search=fast')).rejects.toThrow(
      'search=fast; known are memory, exact, hnsw',
    );
    const unread = await openStore('postgres://me:s3cret/x@host/db').catch((error) => error);
    expect(unread).toMatchObject({ message: expect.stringContaining('write %40 for @, %2F for /') });
    expect(inspect(unread, { showHidden: true })).not.toContain('s3cret');
  });
});
