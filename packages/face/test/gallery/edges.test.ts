import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openSearch } from '@pocketnet/engine';
import { Gallery, Strangers } from 'pocketnet/gallery';
import { openMemoryStore, type Store } from 'pocketnet/stores';
import { openFileStore } from 'pocketnet/stores/file';
import { describe, expect, it } from 'vitest';
import { decide } from '../../dist/gallery/identify/decide.js';
import { usualFpir } from '../../dist/gallery/identify/strangers.js';
import { temporaryFolder } from '../stores/harness.js';
import { InventedPeople, MODEL, ratesOf, strangersCosines } from './faces.js';

const DAY = 86_400_000;
const people = new InventedPeople(23);
const crop = Uint8Array.of(1);

/** A gallery whose clock stands where it is put. */
async function atTime(store?: Store) {
  const clock = { now: Date.UTC(2026, 0, 1) };
  const gallery = await Gallery.open(store ?? (await openMemoryStore()), { now: () => clock.now });
  return { gallery, clock };
}

describe('how long people are kept', () => {
  it('is no time that is none: kept for ever is said by leaving it out', async () => {
    const store = await openMemoryStore();
    const { gallery } = await atTime(store);
    await gallery.enrol({ name: 'Ada' }, people.shot(people.direction()));
    for (const days of [Infinity, Number.NaN, 0, -1]) await expect(gallery.setRetention(days)).rejects.toThrow('days');
    for (const expires of [Infinity, Number.NaN])
      await expect(gallery.enrol({ name: 'Ben', expires }, people.shot(people.direction()))).rejects.toThrow(
        `to be forgotten at ${expires}`,
      );
    expect(await gallery.expire()).toBe(0);
    const again = await Gallery.open(await openMemoryStore(store.snapshot()));
    expect(again.counts.people).toBe(1);
  });

  it('is never read as no time at all, whatever was kept of it', async () => {
    const store = await openMemoryStore();
    const { gallery } = await atTime(store);
    await gallery.enrol({ name: 'Ada' }, people.shot(people.direction()));
    await store.commit([{ kind: 'setting', id: 'retention', about: new TextEncoder().encode('{"days":null}') }]);
    expect((await Gallery.open(await openMemoryStore(store.snapshot()))).counts.people).toBe(1);
  });

  it('is not longer after a change of models, nor for those who are split off', async () => {
    const { gallery, clock } = await atTime();
    await gallery.setRetention(30);
    const ada = people.direction();
    const { person } = await gallery.enrol({ name: 'Ada' }, people.shot(ada), { crop });
    const guest = await gallery.enrol({ name: 'Guest', expires: clock.now + 20 * DAY }, people.shot(ada));
    const second = await gallery.enrol(guest.person, people.shot(ada));
    clock.now += 10 * DAY;
    await gallery.migrate('new', async () => people.shot(ada, 0.1, 'new'));
    expect((await gallery.person(person))?.expires).toBe(Date.UTC(2026, 0, 31));
    const off = await gallery.split(guest.person, [second.template], 'Another guest');
    expect((await gallery.person(off))?.expires).toBe(Date.UTC(2026, 0, 21));
    clock.now += 11 * DAY;
    expect(await gallery.expire()).toBe(2);
  });

  it('ends also for those of whom a user said that it is them, and for who asks for one', async () => {
    const { gallery, clock } = await atTime();
    const ada = people.direction();
    const { person } = await gallery.enrol({ name: 'Ada', expires: clock.now + DAY }, people.shot(ada));
    await gallery.correct({ photo: 'a.jpg' }, { is: person });
    expect((await gallery.identify(people.shot(ada), { face: { photo: 'a.jpg' } })).person).toBe(person);
    clock.now += 2 * DAY;
    const found = await gallery.identify(people.shot(ada), { face: { photo: 'a.jpg' } });
    expect(found).toMatchObject({ decision: 'unknown', candidates: [] });
    expect(found.because).not.toContain('Nobody is enrolled');
    await expect(gallery.verify(person, people.shot(ada))).rejects.toThrow('Nobody in the gallery has the id');
  });
});

describe('what was said of faces', () => {
  it('does not contradict itself once two people are one, and does again when that is taken back', async () => {
    for (const swapped of [false, true]) {
      const { gallery } = await atTime();
      const [face, other] = [people.direction(), people.direction()];
      const ada = await gallery.enrol({ name: 'Ada' }, people.shot(other));
      const ben = await gallery.enrol({ name: 'Ben' }, people.shot(people.direction()));
      const [is, isNot] = swapped ? [ada.person, ben.person] : [ben.person, ada.person];
      const place = { photo: 'a.jpg', box: [0.1, 0.1, 0.2, 0.2] as const };
      await gallery.correct(place, { isNot });
      await gallery.correct(place, { is });
      const { template } = await gallery.enrol(is, people.shot(face), { face: place });
      await gallery.correct({ photo: 'b.jpg' }, { isNot });
      await gallery.merge(ada.person, ben.person);
      const found = await gallery.identify(people.shot(face));
      expect(found.candidates[0]).toMatchObject({ person: ada.person, template });
      expect(gallery.counts.corrections).toBe(2);
      await gallery.enrol(ada.person, people.shot(face), { face: place });
      await gallery.undo();
      expect(gallery.counts.corrections).toBe(3);
    }
  });

  it('goes with a template that is split off', async () => {
    const { gallery } = await atTime();
    const face = people.direction();
    const { person } = await gallery.enrol({ name: 'Ada' }, people.shot(people.direction()));
    const place = { photo: 'a.jpg', box: [0.1, 0.1, 0.2, 0.2] as const };
    await gallery.correct(place, { is: person });
    const { template } = await gallery.enrol(person, people.shot(face), { face: place });
    const off = await gallery.split(person, [template], 'Ben');
    expect((await gallery.identify(people.shot(face))).candidates[0]).toMatchObject({ person: off, template });
    expect((await gallery.identify(people.shot(face), { face: place })).person).toBe(off);
    await gallery.enrol(off, people.shot(face), { face: place });
    await gallery.undo();
    expect((await gallery.identify(people.shot(face), { face: place })).person).toBe(person);
    expect(gallery.counts.corrections).toBe(1);
  });
});

describe('templates of one crop', () => {
  const twoModels = async () => {
    const { gallery } = await atTime();
    const [ada, ben] = [people.direction(), people.direction()];
    const one = await gallery.enrol({ name: 'Ada' }, people.shot(ada), { crop: Uint8Array.of(0) });
    const two = await gallery.enrol({ name: 'Ben' }, people.shot(ben), { crop });
    const migrate = () => gallery.migrate('new', async (of) => people.shot(of[0] === 0 ? ada : ben, 0.1, 'new'));
    const namedBy = async (face: Float32Array) =>
      (await gallery.identify(people.shot(face, 0.1, 'new'))).candidates[0]?.person;
    return { gallery, ada, ben, one, two, migrate, namedBy };
  };

  it('go back together when a merge is taken back that a change of models came after', async () => {
    const { gallery, ada, ben, one, two, migrate, namedBy } = await twoModels();
    await gallery.merge(one.person, two.person);
    await migrate();
    await gallery.undo();
    expect(await namedBy(ben)).toBe(two.person);
    expect(await namedBy(ada)).toBe(one.person);
  });

  it('go back also where the model that the merge knew is no more', async () => {
    const { gallery, ada, ben, one, two, migrate, namedBy } = await twoModels();
    await gallery.merge(one.person, two.person);
    await migrate();
    await gallery.migrate('third', async (of) => people.shot(of[0] === 0 ? ada : ben, 0.1, 'third'));
    await gallery.removeModel(MODEL);
    await gallery.undo();
    expect(await namedBy(ben)).toBe(two.person);
    expect(await namedBy(ada)).toBe(one.person);
    for (const { person } of [one, two])
      expect((await gallery.person(person))?.templates.map(({ model }) => model).sort()).toEqual(['new', 'third']);
    await gallery.removeModel('new');
    expect((await gallery.export(two.person)).templates).toMatchObject([{ model: 'third', crop: btoa('\x01') }]);
  });

  it('are split off together, and come back together', async () => {
    const { gallery, ada, ben, one, two, migrate, namedBy } = await twoModels();
    await gallery.merge(one.person, two.person);
    await migrate();
    const off = await gallery.split(one.person, [two.template], 'Ben');
    expect(await namedBy(ben)).toBe(off);
    expect(await namedBy(ada)).toBe(one.person);
    await gallery.undo();
    expect(await namedBy(ben)).toBe(one.person);
    const all = (await gallery.person(one.person))?.templates.map(({ id }) => id) ?? [];
    await expect(gallery.split(one.person, [one.template, two.template], 'All')).rejects.toThrow('all templates');
    expect(all).toHaveLength(4);
  });

  it('are embedded once, though two ask at a time', async () => {
    const { gallery, migrate } = await twoModels();
    await Promise.all([migrate(), migrate()]);
    expect(gallery.counts.templates).toEqual({ [MODEL]: 2, new: 2 });
  });
});

describe('a gallery that is used by several at a time', () => {
  it('keeps the first templates of a model apart, however long their search takes to open', async () => {
    let waits = 0;
    const gallery = await Gallery.open(await openMemoryStore(), {
      async openSearch(dimension) {
        await new Promise((resolve) => setTimeout(resolve, 20 * waits++)); // the second is ready when the first is in use
        return openSearch(dimension);
      },
    });
    const faces = [people.direction(), people.direction()];
    const made = await Promise.all(faces.map((face, i) => gallery.enrol({ name: `Number ${i}` }, people.shot(face))));
    for (const [i, face] of faces.entries())
      expect((await gallery.identify(people.shot(face))).candidates[0]?.person).toBe(made[i]?.person);
    expect(gallery.counts.templates).toEqual({ [MODEL]: 2 });
  });

  it('refuses templates of one model and two lengths before it keeps them', async () => {
    const store = await openMemoryStore();
    const gallery = await Gallery.open(store);
    const results = await Promise.allSettled(
      [32, 16].map((length) => gallery.enrol({ name: `${length}` }, people.shot(people.direction(length)))),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect((await Gallery.open(await openMemoryStore(store.snapshot()))).counts.people).toBe(1);
  });

  it('tells nobody that they are unknown once it is closed, nor while it closes', async () => {
    const gallery = await Gallery.open(await openMemoryStore(), { rates: [ratesOf(strangersCosines(1, 20_000))] });
    const face = people.direction();
    const { person } = await gallery.enrol({ name: 'Ada' }, people.shot(face));
    const asked = gallery.identify(people.shot(face));
    const closing = gallery.close();
    const found = await asked.catch((error: Error) => error.message);
    expect(typeof found === 'string' ? found : found.person).toSatisfy(
      (said: string) => said === person || said.includes('closed'),
    );
    await closing;
    await expect(gallery.identify(people.shot(face))).rejects.toThrow('closed');
    await expect(gallery.verify(person, people.shot(face))).rejects.toThrow('closed');
    await expect(gallery.people()).rejects.toThrow('closed');
    await expect(gallery.enrol({ name: 'Ben' }, people.shot(face))).rejects.toThrow('closed');
    await gallery.close();
  });
});

describe('a gallery that cannot be opened', () => {
  it('lets go of its store', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'gallery.log');
    const store = await openFileStore(file);
    await store.commit([{ kind: 'person', id: 'p', about: new TextEncoder().encode('no JSON') }]);
    await store.close();
    for (let i = 0; i < 2; i++)
      await expect(openFileStore(file).then((again) => Gallery.open(again))).rejects.toThrow('cannot be read');
    await (await openFileStore(file)).close();
    rmSync(folder, { recursive: true });
  });
});

describe('what the doctor finds', () => {
  it('is every two of three pictures that are the same, once', async () => {
    const { gallery } = await atTime();
    const same = people.shot(people.direction());
    const first = await gallery.enrol({ name: 'Ada' }, same);
    const others = [await gallery.enrol(first.person, same), await gallery.enrol(first.person, same)];
    const [model] = (await gallery.doctor()).models;
    const found = new Set(model?.duplicates.flatMap(({ templates }) => templates));
    expect(found).toEqual(new Set([first, ...others].map(({ template }) => template)));
    expect(model?.duplicates).toHaveLength(2);
  });
});

describe('a decision', () => {
  it('says no more of how rare a stranger is than the pairs bear out', () => {
    const strangers = new Strangers(ratesOf(strangersCosines(1, 20_000)));
    for (const cosine of [0.3, 0.6, 0.99]) {
      const candidate = { person: 'p', name: 'Ada', template: 't', cosine };
      const { decision, because } = decide([candidate], strangers, { fpir: 0.5, margin: 0.05, n: 1 });
      const [, few, oneIn = ''] = /which (fewer than )?one stranger in ([\d,]+) reaches/.exec(because) ?? [];
      const { basis, rate, interval } = strangers.rateAt(cosine, 1);
      expect(decision).toBe('match');
      expect(few !== undefined).toBe(basis !== 'measured');
      const told = 1 / Number(oneIn.replaceAll(',', ''));
      expect(told / (basis === 'measured' ? rate : interval[1])).toBeCloseTo(1, 1);
    }
  });

  it('of a gallery of few asks as much of a match as a comparison of two faces does', () => {
    const strangers = new Strangers(ratesOf(strangersCosines(1, 20_000)));
    const strict = strangers.thresholdFor(0.001, 1)?.cosine ?? Number.NaN;
    for (const n of [1, 2, 5, 9]) expect(strangers.thresholdFor(usualFpir(n), n)?.cosine).toBeCloseTo(strict, 6);
    expect(usualFpir(10)).toBeCloseTo(0.00996, 4);
    expect(usualFpir(100_000)).toBe(0.01);
  });

  it('is never less sure of somebody nearer, whatever share of strangers may be named', () => {
    const strangers = new Strangers(ratesOf(strangersCosines(1, 20_000)));
    const order = ['unknown', 'unsure', 'match'];
    for (const fpir of [0.001, 0.01, 0.1, 0.4, 0.6, 0.9])
      for (const n of [1, 3]) {
        const decisions = Array.from({ length: 400 }, (_, i) => {
          const candidate = { person: 'p', name: 'Ada', template: 't', cosine: i / 200 - 1 };
          return order.indexOf(decide([candidate], strangers, { fpir, margin: 0.05, n }).decision);
        });
        expect(decisions, `FPIR ${fpir}, ${n} templates`).toEqual(decisions.toSorted((a, b) => a - b));
        const threshold = strangers.thresholdFor(fpir, n)?.cosine ?? 1;
        const above = decisions.filter((_, i) => i / 200 - 1 >= threshold);
        expect(
          above.every((decision) => decision === 2),
          `FPIR ${fpir}, ${n} templates`,
        ).toBe(true);
      }
  });
});
