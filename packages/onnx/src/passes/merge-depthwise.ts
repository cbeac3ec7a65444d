import type { GraphEditor } from '../graph/editor.js';
import type { Node } from '../graph/graph.js';
import { type Conv, convOf, insertConv, isDepthwise } from './conv.js';
import type { Pass } from './pass.js';

/** Smaller kernels get a border of zeros, and the padding that it needs. Runs of parts that fit each other are merged. */
export const mergeDepthwise: Pass = {
  name: 'merge-depthwise',
  law: '[depthwise(x; K); depthwise(y; L)] = depthwise([x; y]; [K; L])',
  run(editor) {
    let places = 0;
    for (const node of editor.nodes('Concat')) {
      const axis = node.attributes.get('axis');
      if (axis?.kind !== 'int' || Number(axis.value) !== 1) continue;
      const groups = runsOf(node.inputs.map((input) => ({ input, conv: mergeable(editor, input) })));
      if (groups.every((group) => group.length < 2)) continue;
      editor.rewire(
        node,
        groups.flatMap((group) => (group.length < 2 ? group.map(({ input }) => input) : [merge(editor, node, group)])),
      );
      editor.sweep();
      places++;
    }
    return places;
  },
};

interface Part {
  input: string;
  conv: Conv | undefined;
}

function mergeable(editor: GraphEditor, value: string): Conv | undefined {
  const conv = editor.onlyConsumer(value) ? convOf(editor, editor.producer(value)) : undefined;
  if (!conv || !isDepthwise(conv)) return undefined;
  const [, , height, width] = conv.shape;
  const centred = height % 2 === 1 && width % 2 === 1;
  const [half, across] = [(height - 1) / 2, (width - 1) / 2];
  const same = [half, across, half, across].every((pad, i) => conv.pads[i] === pad);
  return centred && same ? conv : undefined;
}

/** Neighbours whose strides are alike, together. */
function runsOf(parts: readonly Part[]): Part[][] {
  const runs: Part[][] = [];
  for (const part of parts) {
    const last = runs.at(-1)?.at(-1)?.conv;
    const joins = last && part.conv && last.strides.every((stride, axis) => stride === part.conv?.strides[axis]);
    if (joins) runs.at(-1)?.push(part);
    else runs.push([part]);
  }
  return runs;
}

function merge(editor: GraphEditor, before: Node, run: readonly Part[]): string {
  const convs = run.map(({ conv }) => conv as Conv); // runs of more than one hold convolutions only
  const side = Math.max(...convs.flatMap(({ shape }) => shape.slice(2)));
  const channels = convs.reduce((sum, { group }) => sum + group, 0);
  const weight = new Float32Array(channels * side * side);
  let from = 0;
  for (const { shape, weight: own, group } of convs) {
    const [, , height, width] = shape;
    const [top, left] = [(side - height) / 2, (side - width) / 2];
    for (let c = 0; c < group; c++)
      for (let row = 0; row < height; row++) {
        const line = own.subarray((c * height + row) * width, (c * height + row + 1) * width);
        weight.set(line, ((from + c) * side + top + row) * side + left);
      }
    from += group;
  }
  const bias = Float32Array.from(convs.flatMap((conv) => [...conv.bias]));
  const x = editor.insert(
    before,
    'Concat',
    convs.map((conv) => conv.x),
    { axis: 1 },
    `${before.name}.inputs`,
  );
  const [first] = convs as [Conv];
  const pad = (side - 1) / 2;
  const merged = { ...first, x, weight, bias, group: channels, shape: [channels, 1, side, side] as const };
  return insertConv(editor, before, { ...merged, pads: [pad, pad, pad, pad] }, `${before.name}.depthwise`);
}
