import { batch, computed, effect, signal } from '@preact/signals';
import { askPeople, people, statements, trouble } from '../../people/people.js';
import type { KeptStatement } from '../../people/statement.js';
import { text } from '../../text.js';
import { announce } from '../../ui/announce.js';
import { type Remote, remote } from '../../workers/remote.js';
import type { Group, Sorting } from '../../workers/sort.js';
import { type Pile, pile } from './pile.js';
import { newest, problem, takeBackNewest } from './say.js';

export type { Group } from '../../workers/sort.js';

/** How much stricter than the card's strict threshold, in cosine. */
export const shift = signal(0);
/** The strict threshold sorts best on photos whose people are known: docs/runs/web. */
export const threshold = computed(() => (pile.value?.strict ?? 0) + shift.value);
export const groups = signal<readonly Group[] | undefined>(undefined);
/** Pairs of groups that may be one person, the nearest first. */
export const doubts = signal<readonly (readonly [Group, Group])[]>([]);
/** Who somebody known may be, by the first face of their group. */
export const guesses = signal<ReadonlyMap<number, string>>(new Map());

let worker: Remote<Sorting> | undefined;
let taken: Pile | undefined;
let turn = 0;

effect(() => {
  const [read, words, cosine] = [pile.value, trouble.value ? [] : statements.value, threshold.value];
  if (!read) {
    turn++;
    taken = undefined;
    groups.value = undefined;
    doubts.value = [];
    guesses.value = new Map();
  } else if (words) void group(read, words, cosine);
});

async function group(read: Pile, words: readonly KeptStatement[], cosine: number): Promise<void> {
  const mine = ++turn;
  worker ??= remote<Sorting>(new Worker(new URL('../../workers/sort.ts', import.meta.url), { type: 'module' }));
  try {
    if (taken !== read) await worker.take(read.faces.map(({ photo, key, vector }) => ({ photo, key, vector })));
    taken = read;
    const found = await worker.group(
      words.map(({ picture: _, ...said }) => said),
      cosine,
      Math.min(cosine, read.usual + shift.peek()),
    );
    if (mine !== turn) return;
    const isFirst = groups.peek() === undefined;
    const kept = keptOf(found.groups, groups.peek());
    batch(() => {
      groups.value = kept;
      doubts.value = found.doubts.flatMap(({ groups: [a, b] }) => {
        const [one, other] = [kept[a], kept[b]];
        return one && other && !areNamed(one, other) ? [[one, other] as const] : [];
      });
    });
    if (isFirst) announce(text.sort.summary(peopleAmong(found.groups), read.faces.length, read.photos.length));
    const refused = found.refused && words.at(-1)?.id === newest();
    if (refused) {
      problem.value = text.sort.refused;
      await takeBackNewest();
    }
    await guess(read, kept, mine);
  } catch (cause) {
    if (mine === turn) problem.value = (cause as Error).message;
  }
}

/** Whether both have names: they are two people then. */
const areNamed = (a: Group, b: Group): boolean => a.person !== undefined && b.person !== undefined;

/** Groups that are as they were are the same objects: the page leaves them as they are. */
function keptOf(now: readonly Group[], before: readonly Group[] | undefined): Group[] {
  const old = new Map(before?.map((group) => [group.faces[0], group]));
  const same = (a: readonly unknown[], b: readonly unknown[] | undefined): boolean =>
    a.length === b?.length && a.every((each, index) => each === b[index]);
  return now.map((group) => {
    const known = old.get(group.faces[0]);
    const isKept = known?.person === group.person && same(group.faces, known?.faces) && same(group.not, known?.not);
    return known && isKept ? known : group;
  });
}

/** Groups of more than one face. */
export const peopleAmong = (found: readonly Group[]): number => found.filter(({ faces }) => faces.length > 1).length;

/** How many of a group's surest faces are asked for who it is. */
const ASKED = 3;

/** Looks for people who are known among the groups without a name. */
async function guess(read: Pile, found: readonly Group[], mine: number): Promise<void> {
  if (!people.peek()?.length) return;
  const open = found.filter(({ person }) => person === undefined);
  const asked = open.map(({ faces }) =>
    faces.slice(0, ASKED).flatMap((face) => {
      const vector = read.faces[face]?.vector;
      return vector ? [{ model: read.model, vector }] : [];
    }),
  );
  const answers = await askPeople((service) => service.whoAre(asked));
  if (mine !== turn) return;
  guesses.value = new Map(
    open.flatMap(({ faces: [first], not }, index) => {
      const person = answers[index];
      return first === undefined || person === undefined || not.includes(person) ? [] : [[first, person] as const];
    }),
  );
}

/** The name of a group, by a user's word. */
export const nameOf = ({ person }: Group): string => (person === undefined ? '' : (nameOfPerson(person) ?? ''));

export const nameOfPerson = (person: string): string | undefined => people.value?.find(({ id }) => id === person)?.name;

/** Other groups, those first that are most like this one. */
export async function likest(group: Group, others: readonly Group[]): Promise<Group[]> {
  const cosines = await worker?.alike(
    group.faces,
    others.map(({ faces }) => faces),
  );
  const order = others.map((other, index) => ({ other, cosine: cosines?.[index] ?? 0 }));
  return order.sort((a, b) => b.cosine - a.cosine).map(({ other }) => other);
}
