import fc from 'fast-check';
import { Gallery, type StoredTemplate } from 'pocketnet/gallery';
import { type MemoryStore, openMemoryStore } from 'pocketnet/stores';
import { describe, expect, it } from 'vitest';
import { unit } from './faces.js';

const MODELS = ['first', 'second', 'third'] as const;
const DIMENSION = 64;

/** The template of crop `index` by a model: a direction of its own for each of up to 64 crops. */
const embedded = (index: number, model: string): StoredTemplate => ({
  model,
  vector: unit(
    Array.from({ length: DIMENSION }, (_, i) => (i === index % DIMENSION ? 1 : 0.001 * ((i * 7 + index) % 5))),
  ),
});

interface Kept {
  readonly crop: boolean;
  readonly face: boolean;
}

type Operation =
  | ({ readonly does: 'new' } & Kept)
  | ({ readonly does: 'enrol'; readonly who: number } & Kept)
  | { readonly does: 'rename' | 'forget'; readonly who: number }
  | { readonly does: 'merge' | 'split'; readonly who: number; readonly other: number }
  | {
      readonly does: 'correct';
      readonly who: number;
      readonly photo: number;
      readonly says: Says;
      readonly crop: boolean;
    }
  | { readonly does: 'migrate' | 'drop'; readonly model: (typeof MODELS)[number] }
  | { readonly does: 'undo' };

type Says = 'is' | 'is not' | 'nothing' | 'ignore';

const who = fc.nat(4);
const kept = { crop: fc.constantFrom(true, true, false), face: fc.boolean() };
const does = <K extends string>(...names: K[]) => fc.constantFrom(...names);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: does('enrol'), who, ...kept }) },
  { weight: 2, arbitrary: fc.record({ does: does('new'), ...kept }) },
  { weight: 2, arbitrary: fc.record({ does: does('rename', 'forget'), who }) },
  { weight: 6, arbitrary: fc.record({ does: does('merge', 'split'), who, other: who }) },
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ does: does('correct'), who, photo: fc.nat(12) },
      says: does<Says>('is', 'is not', 'nothing', 'ignore'),
      crop: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ does: does('migrate', 'drop'), model: fc.constantFrom(...MODELS) }) },
  { weight: 3, arbitrary: fc.record({ does: does('undo') }) },
);

/** Whose each picture is, by person and model; what was said; and what could be taken back. */
async function pictureOf(gallery: Gallery) {
  const { people } = await gallery.people();
  const all = await Promise.all(people.map(({ id }) => gallery.export(id)));
  return {
    people: all.map(({ person, templates, corrections }) => ({
      ...{ id: person.id, name: person.name, expires: person.expires },
      templates: templates
        .map(({ model, vector, crop }) => `${model} ${vector.indexOf(Math.max(...vector))} ${crop}`)
        .sort(),
      corrections: corrections.map(({ face, says }) => `${face.photo} ${says}`).sort(),
    })),
    counts: gallery.counts,
  };
}

/** Ids of the crops in a store, and of whatever may have one: of templates, and of what was said with a crop. */
async function cropsOf(store: MemoryStore, gallery: Gallery) {
  const crops = new Set<string>();
  for await (const changes of store.read())
    for (const { kind, id, about } of changes)
      if (kind === 'crop' && about) crops.add(id);
      else if (kind === 'crop') crops.delete(id);
  const { people } = await gallery.people();
  const said = (await gallery.corrections()).filter(({ crop }) => crop).map(({ id }) => id);
  return { crops, templates: people.flatMap(({ templates }) => templates.map(({ id }) => id)), said };
}

/** Does operations in a gallery; crops are numbered as they come. */
class Run {
  #next = 0;

  constructor(readonly gallery: Gallery) {}

  /** @returns whether it was a step that can be taken back */
  async does(operation: Operation): Promise<boolean> {
    const { gallery } = this;
    const person = 'who' in operation ? await this.#person(operation.who) : undefined;
    if ('who' in operation && person === undefined) return false;
    const id = person ?? '';
    switch (operation.does) {
      case 'new':
        await this.#enrol({ name: `Number ${this.#next}` }, operation);
        return false;
      case 'enrol':
        await this.#enrol(id, operation);
        return false;
      case 'rename':
        await gallery.rename(id, `Renamed at ${this.#next}`);
        return true;
      case 'forget':
        await gallery.forget(id);
        return false;
      case 'merge':
        await gallery.merge(id, (await this.#person(operation.other)) ?? '');
        return true;
      case 'split': {
        const templates = (await gallery.person(id))?.templates ?? [];
        await gallery.split(id, [templates[operation.other % Math.max(1, templates.length)]?.id ?? ''], 'Split');
        return true;
      }
      case 'correct': {
        const said = { is: { is: id }, 'is not': { isNot: id }, nothing: 'nothing', ignore: 'ignore' } as const;
        const options = operation.crop ? { crop: Uint8Array.of(255, this.#next) } : {};
        await gallery.correct({ photo: `${operation.photo}.jpg` }, said[operation.says], options);
        return true;
      }
      case 'migrate':
        await gallery.migrate(operation.model, async ([index = 0]) => embedded(index, operation.model));
        return false;
      case 'drop':
        await gallery.removeModel(operation.model);
        return false;
      case 'undo':
        if ((await gallery.lastStep()) !== undefined) await gallery.undo();
        return false;
    }
  }

  async #person(index: number): Promise<string | undefined> {
    const { people } = await this.gallery.people();
    return people[index % Math.max(1, people.length)]?.id;
  }

  async #enrol(to: string | { name: string }, { crop, face }: Kept): Promise<void> {
    const index = this.#next++ % DIMENSION;
    await this.gallery.enrol(to, embedded(index, MODELS[0]), {
      ...(crop && { crop: Uint8Array.of(index) }),
      ...(face && { face: { photo: `${index}.jpg` } }),
    });
  }
}

describe('a gallery that is changed in every way', () => {
  it('is the same when it is opened anew, is as before when a step is taken back, and keeps one crop with one person and none with nobody', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 40, size: 'max' }), async (operations) => {
        const store = await openMemoryStore();
        const run = new Run(await Gallery.open(store));
        for (const each of operations) {
          const before = await pictureOf(run.gallery);
          const isStep = await run.does(each).catch((error: Error) => {
            if (!(error instanceof RangeError)) throw error;
            return 'refused' as const;
          });
          const after = await pictureOf(run.gallery);
          if (isStep === 'refused') expect(after).toEqual(before);
          const again = await Gallery.open(await openMemoryStore(store.snapshot()));
          expect(await pictureOf(again)).toEqual(after);
          expect(await again.lastStep()).toBe(await run.gallery.lastStep());
          if (isStep === true) {
            await again.undo();
            expect(await pictureOf(again)).toEqual(before);
          }
          const { crops, templates, said } = await cropsOf(store, run.gallery);
          expect([...templates, ...said]).toEqual(expect.arrayContaining([...crops]));
          expect([...crops]).toEqual(expect.arrayContaining(said));
          const owners = new Map<string, string>();
          for (const { id, templates } of after.people)
            for (const template of templates) {
              const crop = template.split(' ')[1] ?? '';
              expect(owners.get(crop) ?? id).toBe(id);
              owners.set(crop, id);
            }
        }
      }),
      { numRuns: Number(process.env.POCKETNET_RUNS ?? 60) },
    );
  });
});
