import { grad, init, nn, noGrad, operator, ops, scope, type Tensor } from '@pocketnet/torch';
import { Head } from './head.js';
import { cosinesOfUnits, type Margin, marginLogits } from './margin.js';
import { centreDeviation } from './margin-head.js';
import { alone, type HeadGroup } from './process-group.js';
import { distinct, sampleClasses } from './sampling.js';
import { type Shard, shardOf } from './shard.js';

export interface ShardingOptions {
  /** The ranks that the classes are split over; one by default. */
  group?: HeadGroup;
  /** r: the share of a shard's classes that a step works with; 1 is all. */
  sampling?: number;
}

/** Where the classes of the gathered batch lie in this rank's shard, or in the sample of it. */
interface Placement {
  /** bool [W·N, 1]: whether a sample's class is here. */
  owned: Tensor;
  /** int64 [W·N, 1]: its column; any for a sample that is not owned. */
  columns: Tensor;
  /** int64 [n]: the shard's classes that take part; null for all. */
  sample: Tensor | null;
}

/**
 * A head whose classes are split over W ranks: Partial FC (An et al. 2020 and 2022, arXiv 2010.05222 and 2203.15565), for any margin
 * over learned centres. Every rank classifies the batches of all ranks, W·N samples, among its own classes; the loss, the same on
 * all ranks, and the gradients are those of a `MarginHead` over the W·N samples and all classes.
 *
 * Between ranks go: the embeddings and labels (all-gather); of each row the largest logit (all-reduce max), Σ exp and the target's
 * logit, which is 0 off its shard (all-reduce sum; a margin that compares samples adds the targets' cosines); backward, the
 * derivative by the embeddings (all-reduce sum). The reference adds up the target's probability, cut at 1e-30; its logit costs the
 * same and is exact.
 *
 * - The gradient that an embedding gets is W times that of the loss, since data parallelism goes on to average those of the W backbones.
 * - `kernel` is this rank's own: no averaging over ranks is for it, and its gradient needs none.
 * - With sampling, a class left out of a step has a gradient of zero. Under plain SGD its centre stays where it is; momentum still
 *   carries it on and weight decay shortens it (which the cosine does not see), as in the reference.
 * - All ranks give equally many samples. Under `noGrad` the loss is a value without derivative.
 */
export class ShardedHead extends Head {
  /** [embedding, own classes] */
  readonly kernel: nn.Parameter;
  /** This rank's classes. */
  readonly shard: Shard;
  override readonly gathersLabels = true;
  override readonly splitsClasses = true;
  readonly #group: HeadGroup;
  /** How many classes a step works with; null for all. */
  readonly #sampled: number | null;

  constructor(
    readonly embedding: number,
    readonly classes: number,
    readonly margin: Margin,
    { group = alone, sampling = 1 }: ShardingOptions = {},
  ) {
    super();
    if (classes < group.size)
      throw new Error(`${classes} classes cannot be split over ${group.size} processes: some would hold none.`);
    if (!(sampling > 0 && sampling <= 1))
      throw new Error(`The sampling rate of a sharded head is in (0, 1], not ${sampling}.`);
    this.#group = group;
    this.shard = shardOf(classes, group.rank, group.size);
    this.#sampled = sampling === 1 ? null : Math.max(1, Math.floor(sampling * this.shard.count));
    this.kernel = drawKernel(embedding, classes, group);
  }

  loss(embeddings: Tensor, labels: Tensor): Tensor {
    return scope(() => {
      const group = this.#group;
      const placement = this.#place(group.allGather(ops.contiguous(labels)));
      const centres = placement.sample ? ops.indexSelect(this.kernel, 1, placement.sample) : this.kernel;

      // Cut off from the graph: what lies between these two leaves and the loss is derived here, and not by the caller.
      const batch = leaf(group.allGather(ops.contiguous(ops.detach(embeddings))));
      const { lengths, units } = noGrad(() => unitColumns(centres));
      const own = leaf(units);
      const margin = marginOfOwned(this.margin, placement.owned, group);
      const logits = marginLogits(cosinesOfUnits(ops.normalize(batch, 1), own), placement.columns, margin);
      const { loss, slopes } = noGrad(() => crossEntropyOverRanks(logits, placement, group));
      if (!logits.requiresGrad) return loss;

      const [batchSlopes, unitSlopes] = grad(logits, [batch, own], { gradients: [slopes] }) as [Tensor, Tensor];
      const centreSlopes = noGrad(() => slopesOfColumns(unitSlopes, units, lengths));
      group.allReduce(batchSlopes, 'sum');
      const rows = embeddings.shape[0] ?? 0;
      const block = ops.slice(batchSlopes, 0, group.rank * rows, (group.rank + 1) * rows);
      const embeddingSlopes = ops.mulScalar(block, group.size);

      // A scalar with the loss' value and, whatever it is multiplied with on its way, these derivatives: x·g has the derivative g.
      // Its own value is 0 up to rounding, since slopes of cosines are at right angles to their vectors.
      const carrier = ops.add(inner(embeddings, embeddingSlopes), inner(centres, centreSlopes));
      return ops.add(carrier, ops.detach(ops.sub(loss, carrier)));
    });
  }

  /** @param labels int64 [W·N] */
  #place(labels: Tensor): Placement {
    const { start, count } = this.shard;
    for (const label of labels.toArray())
      if (label < 0 || label >= this.classes)
        throw new Error(`The label ${label} is none of the head's ${this.classes} classes, 0 … ${this.classes - 1}.`);
    const local = ops.reshape(ops.addScalar(labels, -start), [-1, 1]);
    const owned = and(atLeast(local, 0), below(local, count));
    const here = ops.mul(local, ops.toDtype(owned, 'int64'));
    if (this.#sampled === null) return { owned, columns: here, sample: null };
    const sample = sampleClasses(distinct(select(local, owned)), count, this.#sampled);
    // A sample of another rank counts as class 0, which may lie beyond the sampled ones.
    return { owned, columns: ops.clamp(placeAmong(sample, here), 0, sample.size - 1), sample };
  }
}

/** Only rows whose class is here have a margin here; the others stay as they are. */
function marginOfOwned(margin: Margin, owned: Tensor, group: HeadGroup): Margin {
  const apply = (cosines: Tensor): Tensor => {
    const all = margin.comparesSamples ? ops.where(owned, cosines, fromOwners(cosines, owned, group)) : cosines;
    return ops.where(owned, margin.apply(all), cosines);
  };
  return { ...margin, apply };
}

/** A value that only a row's owner knows, to all ranks; without derivative. */
function fromOwners(values: Tensor, owned: Tensor, group: HeadGroup): Tensor {
  const known = ops.where(owned, ops.detach(values), ops.zerosLike(values));
  group.allReduce(known, 'sum');
  return known;
}

/**
 * The mean over rows of log Σ exp z − z_y, with the sum over the classes of all ranks.
 * @returns that loss, and its derivative by this rank's logits, (soft-max − one-hot) / rows
 */
function crossEntropyOverRanks(logits: Tensor, { owned, columns }: Placement, group: HeadGroup) {
  const largest = amax(logits, [1], true);
  group.allReduce(largest, 'max');
  const shifted = ops.sub(logits, largest);
  const target = fromOwners(ops.gather(shifted, 1, columns), owned, group);
  const exponentials = exp_(shifted);
  const total = ops.sumOver(exponentials, [1], true);
  group.allReduce(total, 'sum');
  const loss = ops.mean(ops.sub(ops.log(total), target));
  const oneHot = ops.toDtype(owned, logits.dtype);
  const slopes = scatterAdd_(div_(exponentials, total), 1, columns, ops.neg(oneHot));
  return { loss, slopes: ops.mulScalar_(slopes, 1 / (logits.shape[0] ?? 1)) };
}

/** Columns n = w / |w|, and their lengths [1, n]: as `ops.normalize`, whose derivative takes eight times the kernel's memory. */
function unitColumns(columns: Tensor): { lengths: Tensor; units: Tensor } {
  const lengths = ops.clampMin(ops.normOver(columns, 2, [0], true), 1e-12);
  return { lengths, units: ops.div(columns, lengths) };
}

/** The derivative by w from g, that by n = w / |w|: (g − n (n · g)) / |w|. It takes the place of g. */
function slopesOfColumns(slopes: Tensor, units: Tensor, lengths: Tensor): Tensor {
  const along = ops.sumOver(ops.mul(units, slopes), [0], true);
  return div_(ops.addcmul_(slopes, units, along, -1), lengths);
}

/**
 * N(0, 0.01). Every rank draws the shards of all and keeps its own: ranks that are seeded alike start from different centres, and
 * their generators stay in step.
 */
function drawKernel(embedding: number, classes: number, { rank, size }: HeadGroup): nn.Parameter {
  return scope(() => {
    let own: Tensor | undefined;
    for (let other = 0; other < size; other++) {
      const drawn = ops.empty([embedding, shardOf(classes, other, size).count]);
      init.normal(drawn, 0, centreDeviation);
      if (other === rank) own = drawn;
      else drawn.dispose();
    }
    if (!own) throw new Error(`There is no rank ${rank} among ${size}.`);
    return new nn.Parameter(own);
  });
}

/** The same values as the start of a graph of their own. */
function leaf(tensor: Tensor): Tensor {
  const start = ops.detach(tensor);
  start.requiresGrad = true;
  return start;
}

/** The dot product over all elements; unlike a sum of products, it needs no memory. */
const inner = (a: Tensor, b: Tensor): Tensor => dot(ops.reshape(a, [-1]), ops.reshape(b, [-1]));

const dot = operator<[self: Tensor, other: Tensor], Tensor>('aten::dot');
const amax = operator<[self: Tensor, dims: readonly number[], keepdim: boolean], Tensor>('aten::amax');
const exp_ = operator<[self: Tensor], Tensor>('aten::exp_');
const div_ = operator<[self: Tensor, other: Tensor], Tensor>('aten::div_.Tensor');
const scatterAdd_ = operator<[self: Tensor, dim: number, index: Tensor, source: Tensor], Tensor>('aten::scatter_add_');
const atLeast = operator<[self: Tensor, other: number], Tensor>('aten::ge.Scalar');
const below = operator<[self: Tensor, other: number], Tensor>('aten::lt.Scalar');
const and = operator<[self: Tensor, other: Tensor], Tensor>('aten::logical_and');
const select = operator<[self: Tensor, mask: Tensor], Tensor>('aten::masked_select');
/** Where each value stands in an ascending list that holds it. */
const placeAmong = operator<[sorted: Tensor, values: Tensor], Tensor>('aten::searchsorted.Tensor');
