import type { Block } from '../blocks/index.js';
import type { ExperimentConfig } from '../config/index.js';
import { type Cost, count, findNetwork, type NetworkEntry } from '../networks/index.js';
import { findGenotype } from '../search-space/find-genotype.js';
import type { Genotype } from '../search-space/genotype.js';

/** The network that an experiment trains, on the CPU, and the cells that it was told to have. */
export function buildBackbone({ network, embedding, genotype, data }: ExperimentConfig): {
  entry: NetworkEntry;
  backbone: Block;
  embedding: number;
  genotype?: Genotype;
} {
  const entry = findNetwork(network);
  const width = embedding ?? entry.embedding;
  const cells = genotype === undefined ? undefined : findGenotype(genotype);
  const backbone = entry.build({ input: data.size, embedding: width, ...(cells && { genotype: cells }) });
  return { entry, backbone, embedding: width, ...(cells && { genotype: cells }) };
}

/** What that network costs for an image of the experiment's size. */
export function backboneCost(config: ExperimentConfig): Cost {
  const { backbone } = buildBackbone(config);
  try {
    return count(backbone, config.data.size);
  } finally {
    backbone.dispose();
  }
}
