import { Random } from '@pocketnet/files';
import { Gallery } from 'pocketnet/gallery';
import { type Change, openMemoryStore } from 'pocketnet/stores';
import { describe, expect, it } from 'vitest';
import { InventedPeople, MODEL } from './faces.js';

const text = (said: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(said));
const people = new InventedPeople(11);

describe('the records of a gallery', () => {
  it('are read as they were kept before templates had a form of their own', async () => {
    const store = await openMemoryStore();
    const [one, two] = [people.shot(people.direction()), people.shot(people.direction())];
    const face = { photo: 'a.jpg', box: [0.1, 0.2, 0.3, 0.4] };
    await store.commit([
      { kind: 'person', id: 'p', about: text({ name: 'Ada', added: 1 }) },
      { kind: 'template', id: 't', about: text({ person: 'p', added: 2, quality: 0.7, face }), template: one },
      { kind: 'template', id: 'u', about: text({ person: 'p', added: 3 }), template: two },
    ]);
    const old = await Gallery.open(store);
    const before = await old.export('p');
    expect(before.templates).toMatchObject([
      { id: 't', added: 2, quality: 0.7, face },
      { id: 'u', added: 3 },
    ]);
    expect(before.templates[1]).not.toHaveProperty('quality');

    // Splitting and taking it back writes them anew, in the new form.
    await old.split('p', ['t'], 'Ben');
    await old.undo();
    const renewed = await Gallery.open(await openMemoryStore(store.snapshot()));
    const after = await renewed.export('p');
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    expect([...after.templates].sort(byId)).toEqual([...before.templates].sort(byId));
  });

  it('are found whatever the order of their ids, and after most were removed', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = new Random(seed);
    const store = await openMemoryStore();
    const known = new Map<string, { added: number; quality?: number; photo?: string }>();
    await store.commit([{ kind: 'person', id: 'p', about: text({ name: 'Ada', added: 0 }) }]);
    const direction = people.direction();
    for (let i = 0; i < 700; i++) {
      // Mostly rising, some late, some removed, replaced or come again.
      const id =
        random.next() < 0.8
          ? `t${String(i).padStart(4, '0')}`
          : `t${String(Math.floor(random.next() * 700)).padStart(4, '0')}`;
      const said = {
        added: i,
        ...(random.next() < 0.5 ? { quality: random.next() } : {}),
        ...(random.next() < 0.3 ? { photo: `${i}.jpg` } : {}),
      };
      const { photo, ...plain } = said;
      const about = text({ person: 'p', ...plain, ...(photo === undefined ? {} : { face: { photo } }) });
      const change: Change = { kind: 'template', id, about, template: people.shot(direction) };
      known.set(id, said);
      await store.commit([change]);
      // Most of them go again.
      const gone = random.next() < 0.7 ? [...known.keys()][Math.floor(random.next() * known.size)] : undefined;
      if (gone === undefined) continue;
      known.delete(gone);
      await store.commit([{ kind: 'template', id: gone }]);
    }
    const gallery = await Gallery.open(store);
    const remembered = [...known.keys()];
    for (const id of remembered.splice(0, remembered.length - 20)) {
      known.delete(id);
      await gallery.removeTemplate(id);
    }
    const expected = [...known].map(([id, said]) => ({ id, model: MODEL, ...said }));
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    for (const each of [gallery, await Gallery.open(await openMemoryStore(store.snapshot()))]) {
      const found = (await each.person('p'))?.templates ?? [];
      expect([...found].sort(byId), `seed ${seed}`).toEqual(expected.sort(byId));
      expect(each.counts.templates).toEqual({ [MODEL]: 20 });
    }
  });
});
