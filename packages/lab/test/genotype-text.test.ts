import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { casiaGenotype, cifarGenotype, type Genotype, primitives, readGenotype, writeGenotype } from '@pocketnet/lab';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const casiaText =
  "Genotype(normal=[[('dw_conv_3x3', 0), ('dw_conv_1x1', 1)], [('dw_conv_3x3', 2), ('dw_conv_5x5', 0)], [('dw_conv_3x3', 3), " +
  "('dw_conv_3x3', 0)], [('dw_conv_3x3', 4), ('skip_connect', 0)]], normal_concat=range(2, 6), reduce=[[('dw_conv_3x3', 1), " +
  "('dw_conv_7x7', 0)], [('skip_connect', 2), ('dw_conv_5x5', 1)], [('max_pool_3x3', 0), ('skip_connect', 2)], " +
  "[('max_pool_3x3', 0), ('max_pool_3x3', 1)]], reduce_concat=range(2, 6))";

const operation = fc.constantFrom(...primitives.names);
const cell = fc.integer({ min: 1, max: 6 }).chain((count) => {
  const node = (index: number) =>
    fc.array(fc.tuple(operation, fc.integer({ min: 0, max: index + 1 })), { minLength: 1, maxLength: 4 });
  return fc.record({
    nodes: fc.tuple(...Array.from({ length: count }, (_, index) => node(index))),
    concat: fc.array(fc.integer({ min: 0, max: count + 1 }), { minLength: 1, maxLength: 6 }),
  });
});
const anyGenotype: fc.Arbitrary<Genotype> = fc.tuple(cell, cell).map(([normal, reduce]) => ({
  normal: normal.nodes,
  normalConcat: normal.concat,
  reduce: reduce.nodes,
  reduceConcat: reduce.concat,
}));

describe('the text of a genotype', () => {
  test('of CASIA is the one that the released code prints', () => {
    expect(writeGenotype(casiaGenotype)).toBe(casiaText);
    expect(readGenotype(casiaText)).toEqual(casiaGenotype);
  });

  test('comes back as the same genotype, whatever its nodes, edges and concatenation', () => {
    fc.assert(
      fc.property(anyGenotype, (genotype) => {
        expect(readGenotype(writeGenotype(genotype))).toEqual(genotype);
      }),
    );
  });

  test('may use the other quote, other white space, lists and a comma at the end', () => {
    const text = writeGenotype(cifarGenotype)
      .replaceAll("'", '"')
      .replaceAll(' ', '\n  ')
      .replaceAll(/range\(2,\s+6\)/g, '[2,3,4,5]')
      .replace(/\)$/, ',)');
    expect(readGenotype(text)).toEqual(cifarGenotype);
  });

  /** The text with its nodes in one flat list, as DARTS has them. */
  const flat = (text: string): string =>
    text.replaceAll(/\[\[(.*?)\]\]/g, (_, nodes: string) => `[${nodes.replaceAll('], [', ', ')}]`);
  const twoEdges: fc.Arbitrary<Genotype> = anyGenotype.map(({ normal, normalConcat, reduce, reduceConcat }) => {
    const cut = (nodes: Genotype['normal']) => nodes.map(([edge]) => (edge ? [edge, edge] : []));
    return { normal: cut(normal), normalConcat, reduce: cut(reduce), reduceConcat };
  });

  test('may list two edges a node in one flat list', () => {
    fc.assert(
      fc.property(twoEdges, (genotype) => {
        expect(readGenotype(flat(writeGenotype(genotype)))).toEqual(genotype);
      }),
    );
  });

  test("may have NumPy's numbers and names, and a log around it", () => {
    fc.assert(
      fc.property(anyGenotype, fc.constantFrom('np', 'numpy'), (genotype, np) => {
        const text = writeGenotype(genotype)
          .replaceAll(/(\d+)\)/g, `${np}.int64($1))`)
          .replaceAll(/'(\w+)'/g, `${np}.str_('$1')`);
        expect(readGenotype(`2018-06-27 13:25:46,379 genotype = ${text}\n2018-06-27 13:25:47 epoch 3\n`)).toEqual(
          genotype,
        );
      }),
    );
  });

  test('of a whole log is its last', () => {
    const log = [casiaGenotype, cifarGenotype]
      .map((genotype) => `06/27 genotype = ${writeGenotype(genotype)}`)
      .join('\n');
    expect(readGenotype(log)).toEqual(cifarGenotype);
  });

  const data = process.env.POCKETNET_DATA;
  const golden = data === undefined ? '' : join(data, 'golden', 'genotype.json');
  test.skipIf(!existsSync(golden))('survives reading and writing for every golden genotype (POCKETNET_DATA)', () => {
    const texts = readFileSync(golden, 'utf8').match(/Genotype\([^"]*\)(?=")/g) ?? [];
    expect(texts.length).toBeGreaterThanOrEqual(16);
    for (const text of texts) expect(writeGenotype(readGenotype(text))).toBe(text);
  });
});

describe('a text that is no genotype', () => {
  test.each([
    ['', /`Genotype` was expected at character 0, but there is the end/],
    [casiaText.slice(0, 60), /was expected at character 60/],
    [`${casiaText} and more`, /the end was expected/],
    [
      casiaText.replace('dw_conv_5x5', 'dw_conv_9x9'),
      /normal cell names the operation 'dw_conv_9x9' at node 1; there are/,
    ],
    [casiaText.replace('dw_conv_5x5', 'none'), /names the operation 'none'/],
    [
      casiaText.replaceAll('dw_conv_3x3', 'sep_conv_3x3').replaceAll('dw_conv_5x5', 'dil_conv_5x5'),
      /'sep_conv_3x3' at node 0; there are .*; this search space lacks 'sep_conv_3x3', 'dil_conv_5x5'\.$/,
    ],
    [
      "Genotype(normal=[('skip_connect', 0)], normal_concat=[2], …",
      /a list of two edges a node was expected at character 16/,
    ],
    [
      casiaText.replace("('dw_conv_3x3', 4)", "('dw_conv_3x3', 5)"),
      /leads state 5 into node 3, which sees states 0 to 4/,
    ],
    [casiaText.replace('range(2, 6)', 'range(2, 7)'), /puts out state 6, but has states 0 to 5/],
    [casiaText.replace('range(2, 6)', 'range(0, 999999999)'), /a range of two states was expected/],
    [casiaText.replace('range(2, 6)', 'range(6, 2)'), /puts out nothing/],
    ['Genotype(normal=[[]], normal_concat=[2], reduce=[[]], reduce_concat=[2])', /has no edge into node 0/],
  ])('is refused with the place and the reason: %.60s', (text, message) => {
    expect(() => readGenotype(text)).toThrow(message);
  });

  test('is refused with an Error wherever it is cut', () => {
    for (let length = 0; length < casiaText.length; length++) {
      expect(() => readGenotype(casiaText.slice(0, length))).toThrow(/^This is no genotype/);
    }
  });
});
