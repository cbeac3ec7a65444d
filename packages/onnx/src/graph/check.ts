import { type Graph, type Node, subgraphs } from './graph.js';
import { type Tensor, tensorProblem } from './tensor.js';

/**
 * Checks that a graph is one: every value is made exactly once and before it is used, the outputs exist, constants fit
 * their shapes. Nested graphs may use the values around them.
 *
 * @throws Error that lists what is wrong and where, up to ten problems
 */
export function checkGraph(graph: Graph): void {
  const problems = graphProblems(graph, new Set());
  if (problems.length === 0) return;
  const shown = problems.slice(0, 10).map((problem) => `\n- ${problem}`);
  const more = problems.length > 10 ? `\n- and ${problems.length - 10} more` : '';
  throw new Error(`The graph "${graph.name}" is not valid:${shown.join('')}${more}`);
}

function graphProblems(graph: Graph, outer: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  const own = new Set<string>();
  const define = (name: string, where: string) => {
    if (name === '') problems.push(`${where} has no name.`);
    else if (own.has(name)) problems.push(`${where} "${name}" is a name that another value bears already.`);
    own.add(name);
  };

  for (const { name } of graph.inputs) define(name, 'The input');
  const inputs = new Set(own);
  for (const [name, constant] of graph.initializers) {
    if (!inputs.has(name)) define(name, 'The initialiser');
    report(constant, `The initialiser "${name}"`, problems);
  }

  const known = (name: string) => own.has(name) || outer.has(name);
  const producers = new Map(graph.nodes.flatMap((node, i) => node.outputs.map((output) => [output, i] as const)));
  for (const [index, node] of graph.nodes.entries()) {
    const where = nodeLabel(node, index);
    if (node.op === '') problems.push(`${where} has no op.`);
    for (const input of node.inputs) {
      if (input === '' || known(input)) continue;
      const later = producers.has(input);
      problems.push(
        `${where} uses "${input}", which ${later ? 'is made only later: sort the nodes' : 'nothing makes'}.`,
      );
    }
    for (const [name, { kind, value }] of node.attributes) {
      if (kind === 'tensor') report(value, `${where}, attribute "${name}"`, problems);
      if (kind === 'tensors') for (const one of value) report(one, `${where}, attribute "${name}"`, problems);
    }
    for (const { attribute, graph: nested } of subgraphs(node)) {
      const inside = graphProblems(nested, new Set([...outer, ...own]));
      problems.push(...inside.map((problem) => `${where}, in "${attribute}": ${problem}`));
    }
    for (const output of node.outputs) if (output !== '') define(output, `${where}: its output`);
  }

  if (graph.outputs.length === 0) problems.push('It has no outputs.');
  const named = new Set<string>();
  for (const { name } of graph.outputs) {
    if (!known(name)) problems.push(`The output "${name}" is made by nothing.`);
    if (named.has(name)) problems.push(`The output "${name}" is declared twice.`);
    named.add(name);
  }
  return problems;
}

function report(constant: Tensor, where: string, problems: string[]): void {
  const problem = tensorProblem(constant);
  if (problem) problems.push(`${where} ${problem}.`);
}

function nodeLabel(node: Node, index: number): string {
  return node.name ? `Node "${node.name}" (${node.op})` : `Node ${index} (${node.op})`;
}
