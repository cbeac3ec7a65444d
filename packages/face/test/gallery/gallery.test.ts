import { Gallery, type GalleryOptions, type StoredTemplate } from 'pocketnet/gallery';
import { afterEach, describe, expect, it } from 'vitest';
import { dot } from '../../dist/gallery/dot.js';
import { holds, type Place, storesUnderTest } from '../stores/harness.js';
import { InventedPeople, MODEL, ratesOf, strangersCosines } from './faces.js';

const rates = [ratesOf(strangersCosines(1, 20_000))];

for (const { name, missing, sealed = false, place: prepare } of storesUnderTest)
  describe.skipIf(missing !== undefined)(`a gallery in ${name}`, () => {
    let place: Place | undefined;
    let gallery: Gallery | undefined;
    const people = new InventedPeople(7);

    const opened = async (options: GalleryOptions = {}): Promise<Gallery> => {
      place ??= await prepare();
      gallery = await Gallery.open(await place.open(), { rates, ...options });
      return gallery;
    };
    const reopened = async (options: GalleryOptions = {}): Promise<Gallery> => {
      await gallery?.close();
      return opened(options);
    };
    afterEach(async () => {
      await gallery?.close();
      await place?.remove();
      gallery = undefined;
      place = undefined;
    });

    /** Ada, Ben and Cem, two templates each. */
    const three = async (here: Gallery) => {
      const all = [];
      for (const each of ['Ada', 'Ben', 'Cem']) {
        const face = people.direction();
        const { person, template } = await here.enrol({ name: each }, people.shot(face));
        const second = await here.enrol(person, people.shot(face), { quality: 0.8 });
        all.push({ name: each, face, id: person, templates: [template, second.template] });
      }
      return all as [Known, Known, Known];
    };
    interface Known {
      readonly name: string;
      readonly face: Float32Array;
      readonly id: string;
      readonly templates: string[];
    }

    it('knows those it was shown, and not strangers, before and after it is opened anew', async () => {
      let here = await opened();
      const known = await three(here);
      for (let round = 0; round < 2; round++) {
        for (const { id, name: own, face } of known) {
          const found = await here.identify(people.shot(face));
          expect(found).toMatchObject({ decision: 'match', person: id, searched: 6 });
          expect(found.candidates[0]).toMatchObject({ person: id, name: own });
          expect(found.candidates).toHaveLength(3);
          expect(found.candidates[0]?.strangers?.rate).toBeLessThan(0.01);
        }
        const stranger = await here.identify(people.shot(people.direction()));
        expect(stranger.decision).not.toBe('match');
        expect(stranger.person).toBeUndefined();
        here = await reopened();
      }
    });

    it('is unsure between two who are equally near, and says whom it takes them for', async () => {
      const here = await opened();
      const face = people.direction();
      await here.enrol({ name: 'Ida' }, people.shot(face, 0.2));
      await here.enrol({ name: 'Eva, her twin' }, people.shot(face, 0.2));
      const found = await here.identify(people.shot(face, 0.2));
      expect(found.decision).toBe('unsure');
      expect(found.because).toMatch(/Ida .* or Eva|Eva.* or Ida/);
    });

    it('says that nothing can be said without rates of the model, and searches no other model', async () => {
      const here = await opened();
      const face = people.direction();
      await here.enrol({ name: 'Ada' }, people.shot(face));
      const other = { ...people.shot(face), model: 'another' };
      expect(await here.identify(other)).toMatchObject({ decision: 'unknown', searched: 0, without: 1 });
      await here.enrol({ name: 'Bo' }, other);
      const found = await here.identify(other);
      expect(found).toMatchObject({ decision: 'unsure', searched: 1, without: 1 });
      expect(found.because).toContain('match rates');
      expect(here.counts).toMatchObject({ people: 2, templates: { [MODEL]: 1, another: 1 } });
    });

    it('is unsure of a person whom more strangers resemble than a match allows, but not ten times as many', async () => {
      const here = await opened();
      const [face, across] = [people.shot(people.direction()), people.shot(people.direction())];
      const { person } = await here.enrol({ name: 'Ida' }, face);
      /** A face at a cosine from hers. */
      const at = (cosine: number): StoredTemplate => {
        const along = dot(across.vector, face.vector);
        const aside = across.vector.map((value, i) => value - along * (face.vector[i] ?? 0));
        const length = Math.hypot(...aside);
        const sine = Math.sqrt(1 - cosine * cosine);
        return {
          ...face,
          vector: Float32Array.from(aside, (value, i) => cosine * (face.vector[i] ?? 0) + (sine * value) / length),
        };
      };
      const { threshold } = await here.verify(person, face);
      const needed = threshold?.low ?? Number.NaN;
      const decisions = [needed + 0.01, needed - 0.01, 0].map(async (cosine) => {
        const { decision, because } = await here.verify(person, at(cosine));
        return `${decision}: ${because}`;
      });
      expect(await Promise.all(decisions)).toEqual([
        expect.stringMatching(/^match: It is Ida/),
        expect.stringMatching(/^unsure: It may be Ida/),
        expect.stringMatching(/^unknown: It is not Ida/),
      ]);
    });

    it('verifies one person', async () => {
      const here = await opened();
      const [ada, ben] = await three(here);
      expect((await here.verify(ada.id, people.shot(ada.face))).decision).toBe('match');
      expect((await here.verify(ada.id, people.shot(ben.face))).decision).toBe('unknown');
      await expect(here.verify('nobody', people.shot(ben.face))).rejects.toThrow('Nobody in the gallery has the id');
    });

    it('lists people by pages, in the order they came', async () => {
      const here = await opened();
      const names = Array.from({ length: 7 }, (_, i) => `Number ${i}`);
      for (const each of names) await here.enrol({ name: each }, people.shot(people.direction()));
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await here.people({ limit: 3, ...(after === undefined ? {} : { after }) });
        seen.push(...page.people.map((each) => each.name));
        after = page.next;
      } while (after !== undefined);
      expect(seen).toEqual(names);
      expect((await here.people({ name: 'number 5' })).people).toHaveLength(1);
    });

    it('renames, merges, splits, and takes each step back, also after it is opened anew', async () => {
      let here = await opened();
      const [ada, ben, cem] = await three(here);
      const before = await here.people();
      await here.rename(ada.id, 'Ada Lovelace');
      await here.merge(ada.id, ben.id);
      expect((await here.identify(people.shot(ben.face))).person).toBe(ada.id);
      const off = await here.split(cem.id, [cem.templates[0] as string], 'Cemal');
      expect((await here.people()).people.map((each) => each.name)).toEqual(['Ada Lovelace', 'Cem', 'Cemal']);
      here = await reopened();
      const later = await here.enrol(off, people.shot(cem.face));
      expect(await here.undo()).toContain('split off');
      expect((await here.person(cem.id))?.templates.map((each) => each.id)).toContain(later.template);
      expect(await here.undo()).toContain('merged');
      expect(await here.lastStep()).toContain('renamed');
      await here.undo();
      await here.removeTemplate(later.template);
      expect(sortedPeople(await here.people())).toEqual(sortedPeople(before));
      await expect(here.undo()).rejects.toThrow('no step');
      expect((await here.identify(people.shot(ben.face))).person).toBe(ben.id);
    });

    it('never makes one person of two faces of one photo', async () => {
      const here = await opened();
      const [ada, ben] = await three(here);
      const left = { photo: 'a.jpg', box: [0.1, 0.1, 0.2, 0.3] as const };
      const right = { photo: 'a.jpg', box: [0.6, 0.1, 0.2, 0.3] as const };
      await here.enrol(ada.id, people.shot(ada.face), { face: left });
      await expect(here.enrol(ada.id, people.shot(ada.face), { face: right })).rejects.toThrow('two people');
      await here.enrol(ben.id, people.shot(ben.face), { face: right });
      await expect(here.merge(ada.id, ben.id)).rejects.toThrow('shows both Ada and Ben');
      await expect(here.correct(right, { is: ada.id })).rejects.toThrow('two people');
      const twice = await here.identifyPhoto([
        { template: people.shot(ada.face, 0.1), face: { photo: 'b.jpg', box: left.box } },
        { template: people.shot(ada.face, 0.5), face: { photo: 'b.jpg', box: right.box } },
      ]);
      expect(twice.map((each) => each.person)).toEqual([ada.id, undefined]);
    });

    it('replaces the template of a face that is indexed anew, and erases the old one', async () => {
      const here = await opened();
      const face = people.direction();
      const first = people.shot(face);
      const { person } = await here.enrol({ name: 'Ada' }, first, { face: { photo: 'a', box: [0.1, 0.1, 0.3, 0.3] } });
      await here.enrol(person, people.shot(face), { face: { photo: 'a', box: [0.11, 0.1, 0.3, 0.31] } });
      expect((await here.person(person))?.templates).toHaveLength(1);
      if (place?.bytes) expect(holds(await place.bytes(), bytesOf(first))).toBe(false);
    });

    it('keeps what users say of a face, whatever is indexed anew', async () => {
      let here = await opened();
      const [ada, ben] = await three(here);
      const face = { photo: 'p', box: [0.2, 0.2, 0.2, 0.2] as const };
      const anew = { photo: 'p', box: [0.21, 0.19, 0.2, 0.22] as const };
      const other = { photo: 'p', box: [0.7, 0.2, 0.2, 0.2] as const };
      const looks = (): StoredTemplate => people.shot(ada.face);

      await here.correct(face, { isNot: ada.id });
      here = await reopened();
      const without = await here.identify(looks(), { face: anew });
      expect(without.candidates.map((each) => each.person)).not.toContain(ada.id);
      expect((await here.identify(looks(), { face: other })).person).toBe(ada.id);
      await expect(here.enrol(ada.id, looks(), { face: anew })).rejects.toThrow('it is not Ada');

      await here.correct(anew, { is: ben.id });
      here = await reopened();
      expect(await here.identify(looks(), { face })).toMatchObject({ decision: 'match', person: ben.id });

      await here.correct(face, 'not a face');
      expect(await here.identify(looks(), { face })).toMatchObject({ decision: 'unknown' });
      await here.undo();
      expect(await here.identify(looks(), { face })).toMatchObject({ decision: 'match', person: ben.id });
      await here.correct(face, 'ignore');
      expect((await here.identify(looks(), { face })).because).toContain('ignore');
      await here.correct(face, 'nothing');
      expect((await here.identify(looks(), { face })).person).toBe(ada.id);
    });

    it('moves a template to the person whom its face is said to be', async () => {
      const here = await opened();
      const [ada, ben] = await three(here);
      const face = { photo: 'p' };
      const wrong = await here.enrol(ada.id, people.shot(ben.face), { face });
      await here.correct(face, { is: ben.id });
      expect((await here.person(ben.id))?.templates.map((each) => each.id)).toContain(wrong.template);
      await here.undo();
      expect((await here.person(ada.id))?.templates.map((each) => each.id)).toContain(wrong.template);
      await here.correct(face, { isNot: ada.id });
      const found = await here.identify(people.shot(ben.face), { topK: 3 });
      expect(found.candidates.map((each) => each.template)).not.toContain(wrong.template);
    });

    it('lists what was said of faces, and keeps a crop of each until that is taken back', async () => {
      let here = await opened();
      const [ada] = await three(here);
      const crops = Array.from({ length: 3 }, () => `a crop, ${crypto.randomUUID()}`);
      const held = async (): Promise<boolean[]> => {
        const bytes = await place?.bytes?.();
        return crops.map((crop) => bytes !== undefined && holds(bytes, utf8(crop)));
      };
      const shown = !sealed && place?.bytes !== undefined;
      for (const [i, crop] of crops.entries()) {
        const said = i === 0 ? ({ isNot: ada.id } as const) : 'not a face';
        await here.correct({ photo: `photo ${i}` }, said, { crop: utf8(crop) });
      }
      here = await reopened();
      const listed = await here.corrections();
      expect(listed).toMatchObject([
        { face: { photo: 'photo 0' }, says: 'is not', person: ada.id, name: 'Ada', crop: true },
        ...[1, 2].map((i) => ({ face: { photo: `photo ${i}` }, says: 'not a face', crop: true })),
      ]);
      expect(await held()).toEqual([shown, shown, shown]);
      await here.undo();
      expect(await held()).toEqual([shown, shown, false]);
      await here.correct({ photo: 'photo 1' }, 'nothing');
      expect(await held()).toEqual([shown, false, false]);
      await here.forget(ada.id);
      expect(await held()).toEqual([false, false, false]);
      expect(await here.corrections()).toEqual([]);
    });

    it('forgets for good: no byte of the templates is left, nor a way back', async () => {
      let here = await opened();
      const [ada, ben, cem] = await three(here);
      const shots = [people.shot(ada.face), people.shot(ben.face)];
      const crops = shots.map(() => `a crop, ${crypto.randomUUID()}`);
      for (const [i, { id }] of [ada, ben].entries())
        await here.enrol(id, shots[i] as StoredTemplate, { crop: utf8(crops[i] as string) });
      await here.correct({ photo: 'p' }, { is: ben.id });
      const names = [ada, ben].map(() => `somebody called ${crypto.randomUUID()}`);
      await here.rename(ada.id, names[0] as string);
      await here.rename(ben.id, names[1] as string);
      await here.rename(ben.id, 'Benjamin');
      await here.merge(ada.id, ben.id);
      await here.rename(cem.id, 'Cemal');
      const secrets = [...shots.map(bytesOf), ...[...crops, ...names].map(utf8)];
      if (place?.bytes) for (const secret of secrets) expect(holds(await place.bytes(), secret)).toBe(!sealed);
      await here.forget(ada.id);
      if (place?.bytes) for (const secret of secrets) expect(holds(await place.bytes(), secret)).toBe(false);
      expect((await here.identify(people.shot(ada.face))).candidates.map((each) => each.person)).toEqual([cem.id]);
      await expect(here.forget(ada.id)).rejects.toThrow('Nobody in the gallery has the id');
      await here.undo();
      await expect(here.undo()).rejects.toThrow('no step');
      here = await reopened();
      expect((await here.people()).people.map((each) => each.name)).toEqual(['Cem']);
      expect(here.counts.corrections).toBe(0);
    });

    it('forgets those whose time has come, at opening and in between', async () => {
      let now = Date.UTC(2026, 0, 1);
      const day = 86_400_000;
      let here = await opened({ now: () => now });
      const face = people.direction();
      const guest = await here.enrol({ name: 'Guest', expires: now + day }, people.shot(face));
      const { person } = await here.enrol({ name: 'Ada' }, people.shot(people.direction()));
      expect((await here.identify(people.shot(face))).person).toBe(guest.person);
      now += 1.5 * day;
      expect((await here.identify(people.shot(face))).candidates.map((each) => each.person)).toEqual([person]);
      expect(await here.expire()).toBe(1);
      await here.setRetention(30);
      expect((await here.person(person))?.expires).toBe(Date.UTC(2026, 0, 1) + 30 * day);
      now += 20 * day;
      await here.enrol(person, people.shot(people.direction()));
      now += 20 * day;
      here = await reopened({ now: () => now });
      expect(here.counts.people).toBe(1);
      now += 20 * day;
      here = await reopened({ now: () => now });
      expect(here.counts).toEqual({ people: 0, templates: {}, corrections: 0 });
    });

    it('exports all that it keeps of a person as JSON', async () => {
      const here = await opened();
      const [ada] = await three(here);
      const shot = people.shot(ada.face);
      await here.enrol(ada.id, shot, { face: { photo: 'x.jpg' }, crop: utf8('a crop'), quality: 0.5 });
      await here.correct({ photo: 'y.jpg' }, { is: ada.id });
      const all = JSON.parse(JSON.stringify(await here.export(ada.id)));
      expect(all.person.name).toBe('Ada');
      expect(all.templates).toHaveLength(3);
      expect(all.templates[2]).toMatchObject({ crop: btoa('a crop'), photo: 'x.jpg', quality: 0.5 });
      expect(Float32Array.from(all.templates[2].vector)).toEqual(shot.vector);
      expect(all.corrections).toMatchObject([{ says: 'is', face: { photo: 'y.jpg' } }]);
    });

    it('refuses what is no template, person or number, in sentences', async () => {
      const here = await opened();
      const { person } = await here.enrol({ name: 'Ada' }, people.shot(people.direction()));
      const good = people.shot(people.direction());
      const bad = (vector: Float32Array): StoredTemplate => ({ model: MODEL, vector });
      await expect(here.enrol(person, bad(good.vector.map((v) => 2 * v)))).rejects.toThrow('of length 2.000');
      await expect(here.enrol(person, bad(good.vector.map(() => Number.NaN)))).rejects.toThrow('not of numbers');
      await expect(here.enrol(person, bad(Float32Array.of(1)))).rejects.toThrow(
        'has 1 numbers; those of its model here have 32',
      );
      await expect(here.enrol({ name: ' ' }, good)).rejects.toThrow('is no name');
      await expect(here.enrol(person, good, { quality: 7 })).rejects.toThrow('A quality of 7');
      await expect(here.identify(good, { fpir: 0 })).rejects.toThrow('An FPIR of 0');
      await expect(here.identify(good, { topK: 0.5 })).rejects.toThrow('A topK of 0.5');
      await expect(here.split(person, ['x'], 'B')).rejects.toThrow('has no template "x"');
      await expect(here.merge(person, person)).rejects.toThrow('with themselves');
      for (const other of ['a.jpg', undefined, JSON.parse(JSON.stringify(good))] as never[])
        for (const call of [
          () => here.enrol(person, other),
          () => here.identify(other),
          () => here.identifyPhoto([{ template: other, face: { photo: 'a', box: [0, 0, 1, 1] } }]),
          () => here.verify(person, other),
        ])
          await expect(async () => call()).rejects.toThrow(/This is no template/);
      for (const who of [undefined, {}] as never[])
        await expect(here.enrol(who, good)).rejects.toThrow('the id of somebody known, or { name } of somebody new');
      expect(here.counts).toEqual({ people: 1, templates: { [MODEL]: 1 }, corrections: 0 });
    });

    it('takes a model without rates, which is not calibrated, for what it is', async () => {
      const here = await opened({ rates: [undefined] });
      const shot = people.shot(people.direction());
      await here.enrol({ name: 'Ada' }, shot);
      expect((await here.identify(shot)).decision).toBe('unsure');
    });

    it('opens stores alone', async () => {
      await expect(Gallery.open('people.gallery' as never)).rejects.toThrow('Gallery.open() takes a store');
    });
  });

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const bytesOf = ({ vector }: StoredTemplate): Uint8Array =>
  new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);

function sortedPeople({
  people,
}: {
  people: readonly { id: string; name: string; templates: readonly { id: string }[] }[];
}) {
  return people.map(({ id, name, templates }) => [id, name, templates.map((each) => each.id).sort()]);
}
