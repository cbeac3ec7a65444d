import { computed, signal } from '@preact/signals';
import { people, withPeople } from '../../people/people.js';
import type { Statement } from '../../people/statement.js';
import type { Group } from '../../workers/sort.js';
import { enrolSurest } from './enrol-surest.js';
import { type Pile, pile } from './pile.js';

/** What was said since the page was opened, and what came of it. */
interface Step {
  readonly statement: string;
  /** Photos that were enrolled with it. */
  readonly enrolled?: { readonly person: string; readonly shots: readonly string[] } | undefined;
}

const steps = signal<readonly Step[]>([]);
/** Why something that was said cannot be. */
export const problem = signal('');
export const canUndo = computed(() => steps.value.length > 0);

/** The statement that was made last, in this visit. */
export const newest = (): string | undefined => steps.peek().at(-1)?.statement;

/** Takes back what was said last, and what was enrolled by it. */
export async function takeBackNewest(): Promise<void> {
  const last = steps.peek().at(-1);
  if (!last) return;
  steps.value = steps.peek().slice(0, -1);
  await withPeople(async (service) => {
    await service.unsay([last.statement]);
    if (last.enrolled) await service.removeShots(last.enrolled.person, last.enrolled.shots);
  });
}

/** Gives all faces of a group a name, or takes it away. Who is called so is known from then on, by the group's surest faces. */
export async function name(group: Group, given: string): Promise<void> {
  if (given === '') return void (await say('is', group.faces, { person: '' }));
  const known = people.peek()?.find((each) => each.name.toLocaleLowerCase() === given.toLocaleLowerCase());
  await nameAs(group, known?.id ?? { name: given });
}

/** A group is somebody, known or new. */
export async function nameAs(group: Group, who: string | { readonly name: string }): Promise<void> {
  const read = pile.peek();
  if (!read) return;
  const enrolled = await enrolSurest(read, group, who);
  await say('is', group.faces, { person: enrolled.person }, enrolled);
}

/** A group is not somebody whom it may seem to be. */
export const notPerson = ({ faces }: Group, person: string): Promise<void> =>
  say('is not', faces.slice(0, 1), { person });

/** A face is not the person of its group. */
export async function notThis({ faces }: Group, face: number): Promise<void> {
  await say('apart', [face, ...faces.filter((each) => each !== face)]);
}

/** Strangers are left out. */
export const ignore = ({ faces }: Group): Promise<void> => say('ignore', faces);

export const notFace = (face: number): Promise<void> => say('not a face', [face]);

/** Two groups are one person: the one whose name one of them has. */
export async function unite(a: Group, b: Group): Promise<void> {
  const person = a.person ?? b.person;
  const faces = [...a.faces, ...b.faces];
  await (person === undefined ? say('one', faces) : say('is', faces, { person }));
}

/** Two groups are two people, however alike. */
export const areTwo = (a: Group, b: Group): Promise<void> =>
  say('two', [...a.faces.slice(0, 1), ...b.faces.slice(0, 1)]);

async function say(
  says: Statement['says'],
  faces: readonly number[],
  about: { readonly person?: string } = {},
  enrolled?: Step['enrolled'],
): Promise<void> {
  const read = pile.peek();
  const first = read?.faces[faces[0] ?? -1];
  if (!read || !first) return;
  const statement = { says, faces: keysOf(read, faces), ...about } as Statement; // `about` is what its kind says
  problem.value = '';
  await withPeople(async (service) => {
    const { id } = await service.say(statement, first.picture);
    steps.value = [...steps.peek(), { statement: id, enrolled }]; // known before the groups are made anew by it
  });
}

/** A photo may be in a pile twice: its faces are then spoken of together. */
const keysOf = (read: Pile, faces: readonly number[]): string[] => [
  ...new Set(faces.flatMap((face) => read.faces[face]?.key ?? [])),
];
