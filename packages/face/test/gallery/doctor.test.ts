import { Gallery } from 'pocketnet/gallery';
import { openMemoryStore } from 'pocketnet/stores';
import { describe, expect, it } from 'vitest';
import { InventedPeople, MODEL, ratesOf, strangersCosines } from './faces.js';

describe('the doctor of a gallery', () => {
  it('finds one face under two names, duplicates, poor ones and people with one template', async () => {
    const gallery = await Gallery.open(await openMemoryStore(), { rates: [ratesOf(strangersCosines(1, 50_000))] });
    const people = new InventedPeople(2);
    for (let i = 0; i < 20; i++) {
      const face = people.direction();
      const { person } = await gallery.enrol({ name: `Number ${i}` }, people.shot(face));
      await gallery.enrol(person, people.shot(face));
    }
    expect((await gallery.doctor()).models[0]).toMatchObject({ conflicts: [], duplicates: [], poor: [] });

    const [twice, other] = [people.direction(), people.direction()];
    const first = await gallery.enrol({ name: 'Ada' }, people.shot(twice, 0.1));
    const second = await gallery.enrol({ name: 'Ada again' }, people.shot(twice, 0.1));
    const same = people.shot(other);
    const ben = await gallery.enrol({ name: 'Ben' }, same, { quality: 0.1 });
    await gallery.enrol(ben.person, same);
    const stray = await gallery.enrol(ben.person, people.shot(twice, 0.4));
    const seen: number[] = [];
    const report = await gallery.doctor({ onProgress: (done) => seen.push(done) });
    const [model] = report.models;
    expect(report.people).toBe(23);
    expect(report.single).toEqual([first.person, second.person]);
    expect(model?.conflicts.map((each) => [...each.names].sort())).toContainEqual(['Ada', 'Ada again']);
    expect(model?.nearest[0]?.cosine).toBe(model?.conflicts[0]?.cosine);
    expect(model?.duplicates.map((each) => each.people)).toEqual([[ben.person, ben.person]]);
    expect(model?.poor.map((each) => [each.template, each.why.split(' ')[1]])).toEqual([
      [ben.template, 'quality'],
      [stray.template, 'is'],
    ]);
    expect(model?.falseIdentificationsADay).toBeLessThanOrEqual(10); // 1,000 looks at an FPIR of 1 %
    expect(model?.falseIdentificationsADay).toBeGreaterThan(5);
    expect(seen.at(-1)).toBe(45);
    await expect(gallery.doctor({ signal: AbortSignal.abort() })).rejects.toThrow('abort');
    await gallery.close();
  });

  it('suggests no threshold without rates', async () => {
    const gallery = await Gallery.open(await openMemoryStore());
    const people = new InventedPeople(3);
    await gallery.enrol({ name: 'Ada' }, people.shot(people.direction()));
    const [model] = (await gallery.doctor()).models;
    expect(model).toEqual({ model: MODEL, templates: 1, conflicts: [], duplicates: [], poor: [], nearest: [] });
  });
});

describe('a change of models', () => {
  it('embeds kept crops anew beside the old templates, says who must enrol again, and can be broken off', async () => {
    const store = await openMemoryStore();
    let gallery = await Gallery.open(store);
    const people = new InventedPeople(4);
    const faces = Array.from({ length: 6 }, () => people.direction());
    const ids: string[] = [];
    for (const [i, face] of faces.entries()) {
      const crop = i < 4 ? { crop: Uint8Array.of(i), face: { photo: `${i}.jpg` } } : {};
      ids.push((await gallery.enrol({ name: `Number ${i}` }, people.shot(face), crop)).person);
    }
    const embed = async (crop: Uint8Array) => people.shot(faces[crop[0] ?? 0] as Float32Array, 0.1, 'new');
    const abort = new AbortController();
    const broken = gallery.migrate('new', embed, {
      signal: abort.signal,
      onProgress: (done) => (done === 2 ? abort.abort() : undefined),
    });
    await expect(broken).rejects.toThrow('abort');
    const result = await gallery.migrate('new', embed);
    expect(result.embedded).toBe(2);
    expect(result.enrolAgain.map((each) => each.id)).toEqual(ids.slice(4));
    expect(gallery.counts.templates).toEqual({ [MODEL]: 6, new: 4 });
    expect(await gallery.identify(people.shot(faces[1] as Float32Array, 0.1, 'new'))).toMatchObject({ without: 2 });
    await expect(gallery.migrate('newer', embed)).rejects.toThrow('were to be embedded by "newer", not "new"');

    await gallery.removeModel(MODEL);
    expect(gallery.counts.templates).toEqual({ new: 4 });
    gallery = await Gallery.open(store);
    const found = await gallery.identify(people.shot(faces[1] as Float32Array, 0.1, 'new'));
    expect(found.candidates[0]?.person).toBe(ids[1]);
    const { templates } = await gallery.export(ids[1] as string);
    expect(templates).toMatchObject([{ model: 'new', crop: btoa('\x01'), photo: '1.jpg' }]);
    await expect(
      gallery.migrate('third', async (crop) => ({ ...(await embed(crop)), model: 'third' })),
    ).resolves.toMatchObject({ embedded: 4 });
    await gallery.close();
  });
});
