import type { Block } from '../blocks/index.js';
import type { ExperimentConfig } from '../config/index.js';
import { type Cost, count, findNetwork, type NetworkEntry, PocketNet } from '../networks/index.js';
import { findGenotype } from '../search-space/find-genotype.js';
import type { Genotype } from '../search-space/genotype.js';

/** The network that an experiment trains, on the CPU, and the cells that it was told to have. */
export function buildBackbone({ network, embedding, genotype, frame, data }: ExperimentConfig): {
  entry: NetworkEntry;
  backbone: Block;
  embedding: number;
  genotype?: Genotype;
} {
  const entry = findNetwork(network);
  const width = embedding ?? entry.embedding;
  const cells = genotype === undefined ? undefined : findGenotype(genotype);
  const backbone = entry.build({
    input: data.size,
    embedding: width,
    ...(cells && { genotype: cells }),
    ...(frame && { frame }),
  });
  if (frame && !(backbone instanceof PocketNet)) {
    backbone.dispose();
    throw new Error(`${entry.name} has no cells, and so no frame: leave frame out of the configuration.`);
  }
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
