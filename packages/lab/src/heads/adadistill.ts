import { indexTensor, nn, noGrad, operator, ops, scope, type Tensor } from '@pocketnet/torch';
import { z } from 'zod';
import { arcFaceMargin } from './arcface.js';
import { cosFaceMargin } from './cosface.js';
import { Head, type HeadView } from './head.js';
import { defineHead, scaleOption } from './head-kind.js';
import { cosinesOf, type Margin, marginLogits } from './margin.js';
import { centreDeviation } from './margin-head.js';
import type { HeadGroup } from './process-group.js';

export interface AdaDistillOptions {
  /** s: what the cosines are multiplied with; 64. */
  scale?: number;
  /** AdaArcDistill or AdaCosDistill; arc. */
  form?: 'arc' | 'cos';
  /** m: 0.45 for arc, 0.35 for cos. */
  margin?: number;
  /** α′, which lets untypical images move their centre more, instead of α. */
  weighted?: boolean;
}

/** Samples that move centres, one a row, all of it without gradient. */
interface Samples {
  /** [n, 1]: f^s · f^t of the image. */
  agreement: Tensor;
  /** int64 [n] */
  labels: Tensor;
  /** [n, d], unit */
  targets: Tensor;
}

/** α′ keeps its factors this far above 0, as the released code does. */
const least = 1e-6;

/**
 * AdaDistill (Boutros, Štruc, Damer 2024, arXiv 2407.01332, section 3): no centre is learned; the teacher's embeddings f^t make
 * them. Before the loss, every sample i of class y moves its centre: w_y ← a·w_y + (1 − a)·f^t_i, with
 *
 *   α:  a = clip(f^s_i · f^t_i, 0, 1)
 *   α′: a = clip((f^s_i · f^t_i) · λ), λ = clip(cos(w_y, f^t_i)), both to [1e-6, 1]
 *
 * A student that is far from its teacher gets this image's teacher embedding as its centre; a near one a slow moving average. Then
 * the logits of ArcFace or CosFace against all centres (made unit for that, stored as they are), mean cross-entropy.
 *
 * Of a mixed image (mixup; not in the paper) each person's centre moves by their share λ: w_y ← w_y + λ (1 − a)(f^t_y − w_y), where f^t_y is
 * the teacher's embedding of that person's own image, and f^s · f^t compares the mixed image's embedding with the shares' sum of the teacher's,
 * made unit. With λ = 1 that is the rule above.
 *
 * Samples of one class follow each other in the order of the batch (in the released code one of them wins). Centres move once a step, when
 * it is observed, and in training mode only. In a process group every rank moves them by the samples of all ranks, in rank order: they stay the same everywhere (the
 * released ones drift apart).
 */
export class AdaDistill extends Head {
  /** [embedding, classes]; a column is without meaning until the first sample of its class. */
  readonly centres: nn.Buffer;
  override readonly observesTargets = true;
  override readonly gathersLabels = true;
  readonly #margin: Margin;
  readonly #weighted: boolean;
  readonly #group: HeadGroup | undefined;

  constructor(
    readonly embedding: number,
    readonly classes: number,
    { scale = 64, form = 'arc', margin, weighted = true }: AdaDistillOptions = {},
    group?: HeadGroup,
  ) {
    super();
    this.#margin =
      form === 'arc'
        ? arcFaceMargin({ scale, margin: margin ?? 0.45 })
        : cosFaceMargin({ scale, margin: margin ?? 0.35 });
    this.#weighted = weighted;
    this.#group = group;
    this.centres = scope(() => new nn.Buffer(ops.normal_(ops.empty([embedding, classes]), 0, centreDeviation)));
  }

  override observe(embeddings: Tensor, views: readonly HeadView[]): void {
    if (!this.training) return;
    noGrad(() =>
      scope(() => {
        const parts = views.map(({ share, labels, targets }) => {
          if (!targets) throw new Error('The head adadistill makes its centres from a teacher: it needs targets.');
          return { share, labels, targets };
        });
        const meant = parts
          .map(({ share, targets }) => ops.mulScalar(targets, share))
          .reduce((sum, part) => ops.add(sum, part));
        const agreement = rowwise(ops.normalize(embeddings, 1), ops.normalize(meant, 1));
        for (const { share, labels, targets } of parts) {
          const own = labelled(labels, { agreement, targets });
          const seen = this.#group ? gathered(own, this.#group) : own;
          if (share > 0) this.#moveCentres(seen, share);
        }
      }),
    );
  }

  loss(embeddings: Tensor, labels: Tensor): Tensor {
    return ops.crossEntropy(marginLogits(cosinesOf(embeddings, this.centres), labels, this.#margin), labels);
  }

  #moveCentres(seen: Samples, share: number): void {
    for (const { samples, classes } of roundsOfDistinct(seen.labels)) {
      const targets = ops.indexSelect(seen.targets, 0, samples);
      const agreement = ops.indexSelect(seen.agreement, 0, samples);
      const before = ops.transpose(ops.indexSelect(this.centres, 1, classes), 0, 1);
      const keep = this.#weighted
        ? ops.clamp(ops.mul(agreement, ops.clamp(rowwise(ops.normalize(before, 1), targets), least, 1)), least, 1)
        : ops.clamp(agreement, 0, 1);
      const pull = ops.mulScalar(ops.addScalar(ops.neg(keep), 1), share);
      const after = ops.add(before, ops.mul(pull, ops.sub(targets, before)));
      indexCopy_(this.centres, 1, classes, ops.transpose(after, 0, 1));
    }
  }
}

export const adaDistill = defineHead({
  name: 'adadistill',
  about: "Class centres made of the teacher's embeddings (AdaDistill, 2024); needs a teacher.",
  options: {
    ...scaleOption,
    form: z.enum(['arc', 'cos']).default('arc').describe('AdaArcDistill or AdaCosDistill.'),
    margin: z.number().min(0).max(2).exactOptional().describe('m: 0.45 for arc, 0.35 for cos.'),
    weighted: z.boolean().default(true).describe("Untypical images move their centre more (the paper's alpha prime)."),
  },
  needsTeacher: true,
  make: (options, { embedding, classes, group }) => new AdaDistill(embedding, classes, options, group),
});

/** The samples that have a label. */
function labelled(labels: Int32Array, { agreement, targets }: Omit<Samples, 'labels'>): Samples {
  const { device } = targets;
  const places = Array.from(labels.keys()).filter((i) => (labels[i] ?? -1) >= 0);
  const chosen = places.length === labels.length ? undefined : indexTensor(places, device);
  const of = (rows: Tensor): Tensor => (chosen ? ops.indexSelect(rows, 0, chosen) : rows);
  return {
    agreement: of(agreement),
    targets: of(targets),
    labels: indexTensor(
      labels.filter((label) => label >= 0),
      device,
    ),
  };
}

function gathered({ agreement, labels, targets }: Samples, group: HeadGroup): Samples {
  return {
    agreement: group.allGather(agreement),
    labels: group.allGather(labels),
    targets: group.allGather(targets),
  };
}

/** [N, 1]: the dot product of every row with its partner. */
const rowwise = (a: Tensor, b: Tensor): Tensor => ops.sumOver(ops.mul(a, b), [1], true);

/**
 * The samples in rounds within which no class comes twice, in the order of the batch: a class' k-th sample is in round k. One round
 * after the other is then the same as one sample after the other.
 */
function* roundsOfDistinct(labels: Tensor): Generator<{ samples: Tensor; classes: Tensor }> {
  const rounds: { samples: number[]; classes: number[] }[] = [];
  const seen = new Map<number, number>();
  for (const [sample, label] of labels.toArray().entries()) {
    const name = Number(label);
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    rounds[times] ??= { samples: [], classes: [] };
    rounds[times].samples.push(sample);
    rounds[times].classes.push(name);
  }
  const { device } = labels;
  for (const { samples, classes } of rounds)
    yield { samples: indexTensor(samples, device), classes: indexTensor(classes, device) };
}

const indexCopy_ = operator<[self: Tensor, dim: number, index: Tensor, source: Tensor], Tensor>('aten::index_copy_');
