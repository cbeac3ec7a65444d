import type { Random } from '@pocketnet/files';
import { primitives } from '../blocks/primitives/index.js';
import type { Edge, Genotype } from './genotype.js';

/**
 * A genotype some of whose edges have changed, each with this chance: half of those take another operation, the others come from another
 * state, never from one that the node takes already.
 */
export function mutated(genotype: Genotype, random: Random, chance: number): Genotype {
  const vary = (nodes: Genotype['normal']): Edge[][] =>
    nodes.map((edges, node) => {
      const changed: Edge[] = edges.map((edge) => edge);
      for (const [k, [name, from]] of edges.entries()) {
        if (random.next() >= chance) continue;
        const taken = new Set(changed.map(([, state]) => state));
        const free = Array.from({ length: node + 2 }, (_, state) => state).filter((state) => !taken.has(state));
        const rewires = random.next() < 0.5 && free.length > 0;
        changed[k] = rewires
          ? [name, random.pick(free)]
          : [random.pick(primitives.names.filter((other) => other !== name)), from];
      }
      return changed;
    });
  return { ...genotype, normal: vary(genotype.normal), reduce: vary(genotype.reduce) };
}

/** Each node of each cell from either parent. */
export function crossed(one: Genotype, other: Genotype, random: Random): Genotype {
  const mix = (mine: Genotype['normal'], theirs: Genotype['normal']): (readonly Edge[])[] =>
    mine.map((edges, node) => (random.next() < 0.5 ? edges : (theirs[node] ?? edges)));
  return { ...one, normal: mix(one.normal, other.normal), reduce: mix(one.reduce, other.reduce) };
}
