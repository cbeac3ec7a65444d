import { CosFace } from '@pocketnet/lab';
import { scope, tensor } from '@pocketnet/torch';
import { describe, expect, it } from 'vitest';
import { columnOf, dot, numbers, unitRows, values, withCentres } from './heads-support.js';

describe('CosFace', () => {
  const [embedding, classes] = [5, 4];
  const kernel = numbers(embedding * classes, 7);
  const labels = [0, 3, 1, 1];
  const embeddings = numbers(labels.length * embedding, 3);

  it.each([
    [undefined, 64, 0.35],
    [{ scale: 20, margin: 0.4 }, 20, 0.4],
  ])('computes s(cos θ − m) for the target and s·cos θ for the others, with %j', (options, scale, margin) => {
    const shape = [embedding, classes];
    const head = withCentres(
      new CosFace(embedding, classes, options).to({ dtype: 'float64' }),
      kernel,
      shape,
      'float64',
    );
    const logits = scope(() =>
      values(
        head.logits(
          tensor(embeddings, [labels.length, embedding], 'float64'),
          tensor(labels, [labels.length], 'int64'),
        ),
      ),
    );
    const rows = unitRows(embeddings, embedding);
    const expected = labels.flatMap((label, n) =>
      Array.from({ length: classes }, (_, k) => {
        const centre = unitRows(columnOf(kernel, classes, k), embedding);
        return scale * (dot(rows.slice(n * embedding, (n + 1) * embedding), centre) - (k === label ? margin : 0));
      }),
    );
    expect(logits).toEqual(expected.map((value) => expect.closeTo(value, 9)));
  });
});
