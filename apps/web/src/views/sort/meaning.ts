import type { FaceKey, Statement } from '../../people/statement.js';
import { SpokenFaces } from './face-key.js';
import { Unions } from './unions.js';

type Pair = readonly [number, number];

/** What statements mean for the faces of a pile, by their indices. */
export interface Meaning {
  /** Who faces are. */
  readonly person: ReadonlyMap<number, string>;
  /** Who they are not. */
  readonly not: ReadonlyMap<number, ReadonlySet<string>>;
  readonly hidden: ReadonlySet<number>;
  readonly together: readonly Pair[];
  readonly apart: readonly Pair[];
  /** How many pairs cannot be one person, whatever was said. */
  readonly impossible: number;
}

/** Photo and key of a face of the pile. */
export interface KeyedFace {
  /** Index of its photo. */
  readonly photo: number;
  readonly key: FaceKey;
}

/** Reads the statements one after the other, so that the last word on a face stands. Those of faces of other piles say nothing here. */
export function meaningOf(statements: readonly Statement[], faces: readonly KeyedFace[]): Meaning {
  const here = placesOf(statements, faces);
  const person = new Map<number, string>();
  const not = new Map<number, Set<string>>();
  const hidden = new Set<number>();
  let together: Pair[] = [];
  let apart: Pair[] = [];
  for (const said of statements) {
    const [first = [], ...rest] = said.faces.map((key) => here.get(key) ?? []);
    const own = [...first, ...rest.flat()];
    switch (said.says) {
      case 'is':
        for (const face of own) {
          if (said.person) person.set(face, said.person);
          else person.delete(face);
          not.get(face)?.delete(said.person);
        }
        if (said.person) apart = apart.filter((pair) => !pair.every((face) => person.get(face) === said.person));
        break;
      case 'is not':
        for (const face of own) {
          not.set(face, (not.get(face) ?? new Set()).add(said.person));
          if (person.get(face) === said.person) person.delete(face);
        }
        break;
      case 'one': {
        const inside = new Set(own);
        apart = apart.filter((pair) => !pair.every((face) => inside.has(face)));
        together.push(...star(own));
        break;
      }
      case 'apart':
        for (const face of first) person.delete(face);
        together = together.filter((pair) => !pair.some((face) => first.includes(face)));
        apart.push(...first.flatMap((face) => rest.flat().map((other): Pair => [face, other])));
        break;
      case 'two':
        apart.push(...first.flatMap((face) => rest.flat().map((other): Pair => [face, other])));
        break;
      case 'not a face':
      case 'ignore':
        for (const face of own) hidden.add(face);
    }
  }
  const unions = new Unions(
    faces.map(({ photo }) => photo),
    apart,
  );
  const wanted = [...together, ...sameOf(person)];
  const possible = wanted.filter(([a, b]) => unions.unite(a, b));
  return { person, not, hidden, apart, together: possible, impossible: wanted.length - possible.length };
}

/** The faces of the pile by the keys that statements have for them; a photo may be there twice. */
function placesOf(statements: readonly Statement[], faces: readonly KeyedFace[]): Map<FaceKey, number[]> {
  const spoken = new SpokenFaces(new Set(statements.flatMap((said) => said.faces)));
  const places = new Map<FaceKey, number[]>();
  for (const [index, { key }] of faces.entries()) {
    const found = spoken.find(key);
    places.set(found, [...(places.get(found) ?? []), index]);
  }
  return places;
}

const star = ([first, ...others]: readonly number[]): Pair[] =>
  first === undefined ? [] : others.map((other): Pair => [first, other]);

/** Each face of a person with the first of theirs. */
function sameOf(person: ReadonlyMap<number, string>): Pair[] {
  const first = new Map<string, number>();
  const pairs: Pair[] = [];
  for (const [face, id] of person) {
    const other = first.get(id);
    if (other === undefined) first.set(id, face);
    else pairs.push([other, face]);
  }
  return pairs;
}
