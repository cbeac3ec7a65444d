import { ArcFace } from '@pocketnet/lab';
import { backward, fromArray, indexTensor, ops, type Tensor, tensor } from '@pocketnet/torch';
import { elements, type Findings, maxAbs, maxRel, ofLargest, sum } from '../check.js';
import { type Fixture, type NamedTensors, required } from '../fixture.js';
import type { Json } from '../json.js';

const documented = { logitsAbs: 1e-3, lossRel: 1e-5, gradientOfLargest: 1e-4 };
type Tolerances = typeof documented;

/** The ArcFace head: logits, loss and gradients with either margin, and inputs on which the released head yields NaN. */
export function arcface(fixture: Fixture, findings: Findings): void {
  const tolerances = fixture.tolerances(documented);
  const { description } = fixture;
  const file = fixture.requiredFile();
  const tensors = fixture.tensors(file);
  const options = { scale: description.get('s').number(), margin: description.get('m').number() };
  const input = (name: string): Tensor => required(tensors, name, file);
  const given = { embeddings: input('embeddings'), kernel: input('kernel'), labels: input('labels') };

  const easyMargin = description.find('easy_margin')?.boolean() ?? false;
  const plain = computeHead(given, { ...options, easyMargin });
  compare('', plain, tensors, description, tolerances, findings);
  if (tensors.has('logits_easy_margin') || description.find('loss_easy_margin')) {
    const easy = computeHead(given, { ...options, easyMargin: true });
    compare('_easy_margin', easy, tensors, description, tolerances, findings);
  }
  for (const entry of description.find('pathological')?.items() ?? []) {
    checkPathological(fixture, entry, options, tolerances, findings);
  }
  const width = given.embeddings.shape[1] ?? 0;
  if (description.find('aligned_1000_pairs')) checkAligned(fixture, width, options, findings);
}

interface HeadInput {
  embeddings: Tensor;
  kernel: Tensor;
  labels: Tensor;
}

interface HeadNumbers {
  logits: ArrayLike<number>;
  loss: number;
  embeddingGradient: ArrayLike<number>;
  kernelGradient: ArrayLike<number>;
}

function computeHead(
  { embeddings, kernel, labels }: HeadInput,
  options: { scale: number; margin: number; easyMargin?: boolean },
): HeadNumbers {
  const [width = 0, classes = 0] = kernel.shape;
  const head = new ArcFace(width, classes, options).to({ device: kernel.device });
  try {
    head.loadStateDict(new Map([['kernel', kernel]]));
    const leaf = ops.clone(embeddings);
    leaf.requiresGrad = true;
    const loss = head.loss(leaf, labels);
    backward(loss);
    return {
      logits: elements(head.logits(leaf, labels)),
      loss: loss.item(),
      embeddingGradient: gradientOf(leaf),
      kernelGradient: gradientOf(head.kernel),
    };
  } finally {
    head.dispose();
  }
}

function gradientOf(leaf: Tensor): ArrayLike<number> {
  const { grad } = leaf;
  if (!grad) throw new Error('The loss of the ArcFace head has left a leaf without a gradient.');
  return elements(grad);
}

/** @param suffix of the fixture's names: empty, or `_easy_margin` */
function compare(
  suffix: string,
  actual: HeadNumbers,
  tensors: NamedTensors,
  description: Json,
  { logitsAbs, lossRel, gradientOfLargest }: Tolerances,
  findings: Findings,
): void {
  const logits = tensors.get(`logits${suffix}`);
  if (logits) findings.check(`logits${suffix}`, maxAbs(actual.logits, elements(logits)), logitsAbs);
  const loss = description.find(`loss${suffix}`)?.number();
  if (loss !== undefined) findings.check(`loss${suffix}`, maxRel([actual.loss], [loss]), lossRel);
  for (const [name, gradient] of [
    [`grad_embeddings${suffix}`, actual.embeddingGradient],
    [`grad_kernel${suffix}`, actual.kernelGradient],
  ] as const) {
    const expected = tensors.get(name);
    if (expected) findings.check(name, ofLargest(gradient, elements(expected)), gradientOfLargest);
  }
}

/**
 * An embedding exactly on its class's centre, or opposite to it: all must be finite with us. Where the released numbers are
 * finite too, ours equal them; elsewhere they may not, since our clamp keeps clear of the edge.
 */
function checkPathological(
  fixture: Fixture,
  entry: Json,
  options: { scale: number; margin: number },
  { logitsAbs, lossRel, gradientOfLargest }: Tolerances,
  findings: Findings,
): void {
  const size = Number(/identity (\d+)x\d+/.exec(entry.get('kernel').text())?.[1]);
  const factor = Number(/embedding = (-?[\d.]+) \*/.exec(entry.get('case').text())?.[1]);
  if (!(size > 0 && size <= 4096) || !Number.isFinite(factor)) {
    findings.notCovered(
      entry.path,
      `'${entry.get('case').text()}' is a case of another shape than the documented ones`,
    );
    return;
  }
  const labels = entry.get('label').numbers();
  const identity = Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
  const embeddings = labels.flatMap((label) => Array.from({ length: size }, (_, i) => (i === label ? factor : 0)));
  const actual = computeHead(
    {
      embeddings: fixture.there(tensor(embeddings, [labels.length, size])),
      kernel: fixture.there(tensor(identity, [size, size])),
      labels: indexTensor(labels, fixture.device),
    },
    options,
  );
  const name = factor > 0 ? 'embedding on its centre' : 'embedding opposite to its centre';
  findings.check(`${name}: numbers that are not finite`, notFinite(actual), 0);

  const expected = {
    logits: entry.get('logits').numbers(),
    loss: entry.get('loss').number(),
    embeddingGradient: entry.get('grad_embedding').numbers(),
    kernelGradient: entry.get('grad_kernel').numbers(),
  };
  if (notFinite(expected) > 0) return;
  findings.check(`${name}: logits`, maxAbs(actual.logits, expected.logits), logitsAbs);
  findings.check(`${name}: loss`, maxRel([actual.loss], [expected.loss]), lossRel);
  for (const gradient of ['embeddingGradient', 'kernelGradient'] as const) {
    findings.check(`${name}: gradients`, ofLargest(actual[gradient], expected[gradient]), gradientOfLargest);
  }
}

/** 1,000 embeddings of thrice their centres: rounding brings some cosines above 1, where the released head yields NaN. */
function checkAligned(
  fixture: Fixture,
  width: number,
  options: { scale: number; margin: number },
  findings: Findings,
): void {
  const pairs = 1000;
  const centres = Float32Array.from(
    { length: pairs * width },
    (_, i) => Math.sin(12.9898 * (i + 1)) + Math.cos(78.233 * i),
  );
  const rows = fixture.there(fromArray(centres, [pairs, width]));
  const actual = computeHead(
    {
      embeddings: ops.mulScalar(rows, 3),
      kernel: ops.contiguous(ops.transpose(rows, 0, 1)),
      labels: indexTensor(Array(pairs).keys(), fixture.device),
    },
    options,
  );
  findings.check('1,000 aligned pairs: numbers that are not finite', notFinite(actual), 0);
}

const notFinite = ({ logits, loss, embeddingGradient, kernelGradient }: HeadNumbers): number =>
  [logits, [loss], embeddingGradient, kernelGradient].reduce(
    (count, values) => count + sum(values, (x) => (Number.isFinite(x) ? 0 : 1)),
    0,
  );
