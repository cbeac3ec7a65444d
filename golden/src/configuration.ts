import { checkGenotype, type Edge, type Genotype, genotypes, PocketNet, readGenotype } from '@pocketnet/lab';
import { type Device, ops, type Tensor } from '@pocketnet/torch';
import type { Json } from './json.js';

/** The PocketNet that a description's configuration stands for, with fresh weights on a device. */
export function buildPocketNet(config: Json, device: Device = 'cpu'): PocketNet {
  return new PocketNet({
    genotype: genotypeOf(config),
    channels: config.get('C').number(),
    cells: config.get('n_layers').number(),
    embedding: config.get('emb').number(),
    input: config.find('input_size')?.number() ?? 112,
    stemMultiplier: config.find('stem_multiplier')?.number() ?? 4,
  }).to({ device });
}

/** A genotype that is written out, as official text or as fields, else the published one of the configuration's key. */
export function genotypeOf(config: Json): Genotype {
  const written = config.find('genotype');
  if (written?.isText()) return readGenotype(written.text());
  if (written) {
    return checkGenotype({
      normal: nodes(written.get('normal')),
      normalConcat: written.get('normal_concat').numbers(),
      reduce: nodes(written.get('reduce')),
      reduceConcat: written.get('reduce_concat').numbers(),
    });
  }
  const key = config.get('genotype_key').text();
  const published = genotypes[key];
  if (!published) {
    throw new Error(`${config.path} names the genotype '${key}'; published are ${Object.keys(genotypes).join(', ')}.`);
  }
  return published;
}

function nodes(list: Json): Edge[][] {
  const edge = (json: Json): Edge => {
    const [name, from] = json.items();
    if (!name || !from) throw new Error(`${json.path} should be an operation and the state it takes.`);
    return [name.text() as Edge[0], from.number()]; // checkGenotype asks whether there is such an operation
  };
  return list.items().map((node) => node.items().map(edge));
}

/** The same images in both layouts of memory: the fused kernels run on channels-last ones only. */
export const inBothLayouts = (images: Tensor): Tensor[] =>
  (['contiguous_format', 'channels_last'] as const).map((format) => ops.contiguous(images, format));
