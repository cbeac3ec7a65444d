import { computed, effect, signal } from '@preact/signals';
import type { Cluster } from 'pocketnet/cluster';
import { net } from '../../network/network.js';
import { type Remote, remote } from '../../workers/remote.js';
import type { Sorting } from '../../workers/sort.js';
import { pile } from './pile.js';

type Pair = readonly [number, number];

/** What a user said of the pile; it holds however the faces are grouped. */
export interface Said {
  /** Names by face. Faces of one name are one person. */
  readonly names: ReadonlyMap<number, string>;
  readonly together: readonly Pair[];
  readonly apart: readonly Pair[];
  readonly notFaces: ReadonlySet<number>;
}

const NOTHING: Said = { names: new Map(), together: [], apart: [], notFaces: new Set() };

/** What was said, step by step; the last one holds. */
const steps = signal<readonly Said[]>([NOTHING]);
export const said = computed(() => steps.value.at(-1) ?? NOTHING);
export const canUndo = computed(() => steps.value.length > 1);
/** How much stricter than the card's strict threshold, in cosine. */
export const shift = signal(0);
export const groups = signal<readonly Cluster[] | undefined>(undefined);
export const problem = signal('');

/** For networks that say nothing of their cosines. */
const UNCALIBRATED = 0.35;

/** The strict threshold sorts best on photos whose people are known: docs/runs/web. */
export const threshold = computed(() => {
  const open = net.value;
  return (open?.rates ? open.thresholds().strict : UNCALIBRATED) + shift.value;
});

let worker: Remote<Sorting> | undefined;
let turn = 0;

effect(() => {
  const [read, words, cosine] = [pile.value, said.value, threshold.value];
  if (!read) {
    turn++;
    groups.value = undefined;
    if (steps.peek().length > 1) steps.value = [NOTHING];
    return;
  }
  void group(read.faces, words, cosine);
});

async function group(
  all: readonly { readonly photo: number; readonly vector: Float32Array }[],
  { names, together, apart, notFaces }: Said,
  cosine: number,
): Promise<void> {
  const mine = ++turn;
  worker ??= remote<Sorting>(new Worker(new URL('../../workers/sort.ts', import.meta.url), { type: 'module' }));
  const kept = all.map((_, face) => face).filter((face) => !notFaces.has(face));
  const place = new Map(kept.map((face, index) => [face, index]));
  const placed = (pairs: readonly Pair[]): Pair[] =>
    pairs.flatMap(([a, b]) => {
      const [x, y] = [place.get(a), place.get(b)];
      return x === undefined || y === undefined ? [] : [[x, y] as const];
    });
  try {
    const found = await worker.cluster(
      kept.map((face) => all[face]?.vector ?? new Float32Array()),
      {
        threshold: cosine,
        photos: kept.map((face) => all[face]?.photo),
        together: placed([...together, ...sameNames(names)]),
        apart: placed(apart),
      },
    );
    if (mine !== turn) return;
    problem.value = '';
    groups.value = found.map(({ faces, likeness }) => ({ faces: faces.map((face) => kept[face] ?? 0), likeness }));
  } catch (cause) {
    if (mine !== turn) return;
    problem.value = (cause as Error).message;
    steps.value = steps.value.slice(0, -1); // what cannot be is taken back
  }
}

/** Each named face with the first of its name. */
function sameNames(names: ReadonlyMap<number, string>): Pair[] {
  const first = new Map<string, number>();
  return [...names].flatMap(([face, name]): Pair[] => {
    const other = first.get(name);
    if (other === undefined) first.set(name, face);
    return other === undefined ? [] : [[other, face]];
  });
}

const say = (change: Partial<Said>): void => {
  steps.value = [...steps.value, { ...said.value, ...change }];
};

export const undo = (): void => {
  if (canUndo.value) steps.value = steps.value.slice(0, -1);
};

/** The name of a group, as a user gave it to one of its faces. */
export const nameOf = ({ faces }: Cluster): string => {
  const { names } = said.value;
  return names.get(faces.find((face) => names.has(face)) ?? -1) ?? '';
};

/** Gives all faces of a group a name, or takes it away. */
export function name({ faces }: Cluster, given: string): void {
  const names = new Map(said.value.names);
  for (const face of faces) {
    if (given) names.set(face, given);
    else names.delete(face);
  }
  say({ names });
}

/** A face is not the person of its group. */
export function notThis({ faces }: Cluster, face: number): void {
  const names = new Map(said.value.names);
  names.delete(face);
  const together = said.value.together.filter((pair) => !pair.includes(face));
  const others = faces.filter((each) => each !== face).map((each): Pair => [face, each]);
  say({ names, together, apart: [...said.value.apart, ...others] });
}

export function notFace(face: number): void {
  say({ notFaces: new Set([...said.value.notFaces, face]) });
}

/** Two groups are one person. */
export function unite(a: Cluster, b: Cluster): void {
  const [first, second] = [a.faces[0], b.faces[0]];
  if (first === undefined || second === undefined) return;
  const inside = new Set([...a.faces, ...b.faces]);
  const apart = said.value.apart.filter(([x, y]) => !(inside.has(x) && inside.has(y)));
  const whole = [...a.faces, ...b.faces].filter((face) => face !== first).map((face): Pair => [first, face]);
  say({ apart, together: [...said.value.together, ...whole] });
}
