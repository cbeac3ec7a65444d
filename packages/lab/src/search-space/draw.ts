import type { Genotype } from './genotype.js';

/** A cell as Graphviz reads it: laid out left to right, the operation on the edge. */
export function cellGraph(genotype: Genotype, cell: 'normal' | 'reduce'): string {
  const [nodes, concat] =
    cell === 'normal' ? [genotype.normal, genotype.normalConcat] : [genotype.reduce, genotype.reduceConcat];
  const name = (state: number): string => (state < 2 ? `c_{k-${2 - state}}` : String(state - 2));
  const lines = [
    ...[0, 1].map((state) => `"${name(state)}" [fillcolor="#cfe8cf"]`),
    ...nodes.map((_, node) => `"${name(node + 2)}" [fillcolor="#cfdff5"]`),
    '"c_{k}" [fillcolor="#f3e3b5"]',
    ...nodes.flatMap((edges, node) =>
      edges.map(([operation, from]) => `"${name(from)}" -> "${name(node + 2)}" [label="${operation}"]`),
    ),
    ...concat.map((state) => `"${name(state)}" -> "c_{k}"`),
  ];
  return [
    `digraph "${cell}" {`,
    '  rankdir=LR; bgcolor="white"',
    '  node [shape=box, style="filled,rounded", fontname="Helvetica", fontsize=14, height=0.4]',
    '  edge [fontname="Helvetica", fontsize=12]',
    ...lines.map((line) => `  ${line}`),
    '}',
  ].join('\n');
}

/** A cell as an SVG picture, by Graphviz in WebAssembly, which loads at the first drawing. */
export async function drawCell(genotype: Genotype, cell: 'normal' | 'reduce'): Promise<string> {
  const { instance } = await import('@viz-js/viz');
  const viz = await instance();
  return viz.renderString(cellGraph(genotype, cell), { format: 'svg', engine: 'dot' });
}
