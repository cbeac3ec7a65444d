import type { Random } from '@pocketnet/files';
import type { Picture } from '../picture/picture.js';
import type { Augmentation, Size } from './augmentation.js';
import { augmentations } from './registry.js';

/** An augmentation by name, the chance `p` in [0, 1] that it is applied (1 unless said), and its own parameters. */
export interface AugmentSpec {
  readonly name: string;
  readonly p?: number;
  readonly [parameter: string]: number | string | undefined;
}

/** What chance has chosen for one picture, in the order of the list; undefined where an augmentation is passed over. */
export type Plan = readonly ({ readonly augmentation: Augmentation; readonly drawn: unknown } | undefined)[];

/** Draws a plan for a picture of a size. */
export type Planner = (random: Random, size: Size) => Plan;

/** Applies a list of augmentations, one after the other. */
export type Augmenter = (picture: Picture, random: Random) => Picture;

/**
 * Checks `specs` and makes them one function.
 *
 * @throws RangeError that names the augmentation and the parameter that is unknown or out of its range.
 */
export function createAugmenter(specs: readonly AugmentSpec[]): Augmenter {
  const plan = createPlanner(specs);
  return (picture, random) => carryOut(plan(random, picture), picture);
}

/** As `createAugmenter`, up to what chance decides: somebody else carries it out. */
export function createPlanner(specs: readonly AugmentSpec[]): Planner {
  const steps = specs.map(checkedStep);
  return (random, size) =>
    steps.map(({ augmentation, chance, settings }) => {
      // Drawn even at p = 1, so that a change of p alone keeps all other draws.
      if (random.next() >= chance) return undefined;
      return { augmentation, drawn: augmentation.draw(random, settings, size) };
    });
}

/** Does to a picture what was planned for one of its size. */
export function carryOut(plan: Plan, picture: Picture): Picture {
  return plan.reduce((varied, step) => (step ? step.augmentation.apply(varied, step.drawn) : varied), picture);
}

/** Whether a plan mirrors a picture: an odd number of times. */
export function isMirrored(plan: Plan): boolean {
  return plan.filter((step) => step?.augmentation.mirrors).length % 2 === 1;
}

interface Step {
  augmentation: Augmentation;
  chance: number;
  settings: Record<string, number>;
}

function checkedStep({ name, p = 1, ...given }: AugmentSpec): Step {
  const augmentation = augmentations.get(name);
  if (augmentation === undefined) {
    const known = augmentations.names.join(', ');
    throw new RangeError(`There is no augmentation named ${JSON.stringify(name)}. There are: ${known}.`);
  }
  if (!(typeof p === 'number' && p >= 0 && p <= 1)) {
    throw new RangeError(`Augmentation ${name}: p is a chance from 0 to 1, not ${String(p)}.`);
  }
  const { parameters } = augmentation;
  const settings = Object.fromEntries(Object.entries(parameters).map(([key, { default: value }]) => [key, value]));
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const parameter = parameters[key];
    if (parameter === undefined) {
      const known = ['p', ...Object.keys(parameters)].join(', ');
      throw new RangeError(`Augmentation ${name} has no parameter ${JSON.stringify(key)}. It has: ${known}.`);
    }
    const { min, max, about, whole } = parameter;
    const fits = typeof value === 'number' && value >= min && value <= max && (!whole || Number.isInteger(value));
    if (!fits) {
      const kind = whole ? 'a whole number' : 'a number';
      throw new RangeError(`Augmentation ${name}: ${key} (${about}) is ${kind} from ${min} to ${max}, not ${value}.`);
    }
    settings[key] = value;
  }
  return { augmentation, chance: p, settings };
}
