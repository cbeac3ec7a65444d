import fc from 'fast-check';
import { Gallery, type StoredTemplate } from 'pocketnet/gallery';
import { LogStore } from 'pocketnet/stores';
import { describe, expect, it } from 'vitest';
import { Disk } from '../stores/power.js';
import { InventedPeople } from './faces.js';

/** A gallery as a plain map: names and templates of people, and how each step is taken back. */
interface Model {
  readonly people: ReadonlyMap<string, { readonly name: string; readonly templates: readonly string[] }>;
  /** Before each step that can be taken back; forgotten when something else happens, whose mixing with it other tests hold. */
  readonly before: readonly Model['people'][];
}

type Operation =
  | { readonly does: 'enrol new'; readonly name: string }
  | { readonly does: 'enrol' | 'forget'; readonly who: number }
  | { readonly does: 'rename' | 'split'; readonly who: number; readonly name: string }
  | { readonly does: 'merge'; readonly who: number; readonly other: number }
  | { readonly does: 'undo' | 'compact' | 'open anew' };

const who = fc.nat(5);
const name = fc.constantFrom('Ada', 'Ben', 'Çem', 'Dora', 'Ödön');
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('enrol new' as const), name }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('enrol' as const), who }) },
  fc.record({ does: fc.constant('forget' as const), who }),
  fc.record({ does: fc.constantFrom('rename' as const, 'split' as const), who, name }),
  fc.record({ does: fc.constant('merge' as const), who, other: who }),
  fc.record({ does: fc.constantFrom('undo' as const, 'compact' as const, 'open anew' as const) }),
);
/** How many calls of the disk the power lasts from this operation on; the operation is then under way. */
const step = fc.record({ operation, power: fc.option(fc.nat(6), { freq: 5, nil: undefined }) });

/** What lasts though it was cut off, and leaves everybody as they were. */
const renamedTheSame: { operation: Operation; power: number | undefined }[] = [
  { operation: { does: 'enrol new', name: 'Ada' }, power: undefined },
  { operation: { does: 'rename', who: 0, name: 'Ben' }, power: undefined },
  { operation: { does: 'rename', who: 0, name: 'Ben' }, power: 0 },
  { operation: { does: 'undo' }, power: undefined },
];

describe('a gallery is what a plain map is', () => {
  it('after any operations, and after power cuts within them either as before or as after', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.nat(), async (steps, seed) => {
        const disk = new Disk(seed);
        const people = new InventedPeople(seed);
        const open = () => Gallery.open(new LogStore(disk.device()));
        await new LogStore(disk.device()).begin();
        let gallery = await open();
        let model: Model = { people: new Map(), before: [] };
        for (const { operation, power } of steps) {
          if (power !== undefined) disk.callsLeft = power;
          const before = model;
          const after = await run(gallery, model, operation, people.shot(people.direction())).catch((error: Error) => {
            if (!/power is gone|failed to keep|could not be taken back/.test(error.message)) throw error;
            return undefined;
          });
          if (power !== undefined || operation.does === 'open anew') {
            disk.restart();
            gallery = await open();
          }
          const now = await pictureOf(gallery);
          if (after) {
            expect(now).toEqual(pictured(after));
            model = after;
          } else {
            // Cut off, yet whole: the change itself is checked by what it may be. Whether it lasted cannot always be seen, as of somebody who
            // was renamed what they were called, but by undoing it.
            if (JSON.stringify(now) !== JSON.stringify(pictured(before)))
              expect(plausible(before, operation, now)).toBe(true);
            model = { people: await peopleOf(gallery), before: [] };
          }
        }
      }),
      {
        numRuns: 150,
        examples: [1, 2, 3, 4, 5, 6, 7, 8].map((seed): [typeof renamedTheSame, number] => [renamedTheSame, seed]),
      },
    );
  });
});

/** Does the operation, in the gallery and in the model. */
async function run(gallery: Gallery, model: Model, operation: Operation, template: StoredTemplate): Promise<Model> {
  const ids = [...model.people.keys()].sort();
  const known = (index: number): string | undefined => ids[index % Math.max(1, ids.length)];
  const people = new Map(model.people);
  const undoable = [...model.before, model.people];
  switch (operation.does) {
    case 'enrol new': {
      const made = await gallery.enrol({ name: operation.name }, template);
      people.set(made.person, { name: operation.name, templates: [made.template] });
      return { people, before: [] };
    }
    case 'enrol': {
      const person = known(operation.who);
      if (person === undefined) return model;
      const made = await gallery.enrol(person, template);
      const old = people.get(person);
      if (old) people.set(person, { ...old, templates: [...old.templates, made.template] });
      return { people, before: [] };
    }
    case 'forget': {
      const person = known(operation.who);
      if (person === undefined) return model;
      await gallery.forget(person);
      people.delete(person);
      return { people, before: [] };
    }
    case 'rename': {
      const person = known(operation.who);
      const old = person === undefined ? undefined : people.get(person);
      if (person === undefined || !old) return model;
      await gallery.rename(person, operation.name);
      people.set(person, { ...old, name: operation.name });
      return { people, before: undoable };
    }
    case 'split': {
      const person = known(operation.who);
      const old = person === undefined ? undefined : people.get(person);
      const [first, ...rest] = old?.templates ?? [];
      if (person === undefined || !old || first === undefined || rest.length === 0) return model;
      const made = await gallery.split(person, [first], operation.name);
      people.set(person, { ...old, templates: rest });
      people.set(made, { name: operation.name, templates: [first] });
      return { people, before: undoable };
    }
    case 'merge': {
      const [into, from] = [known(operation.who), known(operation.other)];
      const [kept, gone] = [people.get(into ?? ''), people.get(from ?? '')];
      if (into === undefined || from === undefined || into === from || !kept || !gone) return model;
      await gallery.merge(into, from);
      people.set(into, { ...kept, templates: [...kept.templates, ...gone.templates] });
      people.delete(from);
      return { people, before: undoable };
    }
    case 'undo': {
      const last = model.before.at(-1);
      if (last === undefined) return model;
      await gallery.undo();
      return { people: last, before: model.before.slice(0, -1) };
    }
    case 'compact':
      await gallery.compact();
      return model;
    case 'open anew':
      return model;
  }
}

type Picture = [id: string, name: string, templates: string[]][];

const pictured = ({ people }: Model): Picture =>
  [...people].map(([id, each]): Picture[number] => [id, each.name, [...each.templates].sort()]).sort(byId);

const byId = ([a]: Picture[number], [b]: Picture[number]): number => (a < b ? -1 : 1);

async function peopleOf(gallery: Gallery): Promise<Model['people']> {
  const { people } = await gallery.people();
  return new Map(
    people.map(({ id, name: own, templates }) => [id, { name: own, templates: templates.map((t) => t.id) }]),
  );
}

const pictureOf = async (gallery: Gallery): Promise<Picture> =>
  pictured({ people: await peopleOf(gallery), before: [] });

/** Whether an operation that was cut off may have led here: it happened as a whole. */
function plausible(before: Model, { does }: Operation, now: Picture): boolean {
  const [people, templates] = [now.length - before.people.size, countOf(now) - countOf(pictured(before))];
  const left = { 'enrol new': [1, 1], enrol: [0, 1], rename: [0, 0], split: [1, 0], merge: [-1, 0] } as Record<
    string,
    number[]
  >;
  if (does === 'forget') return people === -1 && templates <= 0;
  if (does === 'undo') return templates === 0;
  const [morePeople, moreTemplates] = left[does] ?? [0, 0];
  return people === morePeople && templates === moreTemplates;
}

const countOf = (picture: Picture): number => picture.reduce((sum, [, , templates]) => sum + templates.length, 0);
