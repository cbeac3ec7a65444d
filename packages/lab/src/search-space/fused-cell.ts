import { nn, ops, type Tensor } from '@pocketnet/torch';
import { alphaColumns } from './alphas.js';
import type { MixedOp } from './mixed-op.js';

/** What the native operator is given of a cell: the lists that its source orders. */
interface Lists {
  norms: nn.BatchNorm2d[];
  parameters: Tensor[];
  statistics: Tensor[];
  counts: Tensor[];
}

/**
 * The nodes of a search cell as one native operator (packages/torch/native/kernels/search_cell.cc): the same numbers in a third of
 * the time and memory, in training mode over channels-last float32 on the CPU.
 */
export class FusedCell {
  readonly #dag: nn.Module;
  readonly #reduces: boolean;
  /** Whether the operations are those that the operator has, in its order. */
  readonly #isKnown = alphaColumns().join() === ops.searchCellOperations.join();
  #lists: Lists | undefined;

  /** @param dag for each node the mixed operations of its edges */
  constructor(dag: nn.ModuleList<nn.ModuleList<MixedOp>>, reduces: boolean) {
    this.#dag = dag;
    this.#reduces = reduces;
  }

  /** Whether the operator takes these inputs, which the cell has pre-processed. */
  takes([before, last]: readonly [Tensor, Tensor]): boolean {
    if (!this.#isKnown) return false;
    const [, channels = 0, height = 0, width = 0] = before.shape;
    const halves = !this.#reduces || [channels, height, width].every((size) => size % 2 === 0);
    if (this.#current().norms.some((norm) => norm.synchronised !== null)) return false; // it knows this process's statistics only
    return this.#dag.training && halves && ops.fitsChannelsLast(before) && ops.fitsChannelsLast(last);
  }

  /** @param weights for every node [node + 2, columns of α] */
  mix([before, last]: readonly [Tensor, Tensor], weights: readonly Tensor[]): Tensor {
    const { norms, parameters, statistics, counts } = this.#current();
    const { momentum, eps } = norms[0] as nn.BatchNorm2d; // every edge has some, all alike
    ops.addScalarToAll_(counts, 1);
    return ops.searchCell(before, last, ops.cat(weights, 0), parameters, statistics, this.#reduces, momentum, eps);
  }

  /** Made once; again after `to()`, which puts other tensors in their places. */
  #current(): Lists {
    const kept = this.#lists;
    if (kept && kept.norms[0]?.running_mean === kept.statistics[0]) return kept;
    const norms = Array.from(this.#dag.modules(), ([, module]) => module).filter(
      (module) => module instanceof nn.BatchNorm2d,
    );
    this.#lists = {
      norms,
      parameters: this.#dag.parameters(),
      statistics: norms.flatMap((norm) => [norm.running_mean, norm.running_var]),
      counts: norms.map((norm) => norm.num_batches_tracked),
    };
    return this.#lists;
  }
}
