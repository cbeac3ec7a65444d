/** Similarity scores (higher = more alike) of pairs of one person and of pairs of two. */
export interface PairScores {
  readonly genuine: Float64Array;
  readonly impostor: Float64Array;
}

/** Splits scores in pair order by their truths. For distances, give their negatives. */
export function splitScores(scores: ArrayLike<number>, same: readonly boolean[]): PairScores {
  if (scores.length !== same.length)
    throw new Error(`${scores.length} scores have ${same.length} truths. Give one truth per score.`);
  const all = Array.from(scores);
  return {
    genuine: Float64Array.from(all.filter((_, i) => same[i])),
    impostor: Float64Array.from(all.filter((_, i) => !same[i])),
  };
}

/** The distinct scores in descending order, with how many genuine and impostor pairs have each. */
export interface Ranking {
  readonly score: Float64Array;
  readonly genuine: Uint32Array;
  readonly impostor: Uint32Array;
}

/** Sorts once; every curve and every bootstrap draw is then a walk down this ranking. Ties share one entry. */
export function rankScores(scores: PairScores): Ranking {
  const genuine = descending(scores.genuine, 'genuine');
  const impostor = descending(scores.impostor, 'impostor');
  const size = genuine.length + impostor.length;
  const ranking = { score: new Float64Array(size), genuine: new Uint32Array(size), impostor: new Uint32Array(size) };
  let distinct = 0;
  let g = 0;
  let i = 0;
  while (g < genuine.length || i < impostor.length) {
    const score = Math.max(genuine[g] ?? -Infinity, impostor[i] ?? -Infinity);
    const [fromG, fromI] = [g, i];
    while (g < genuine.length && genuine[g] === score) g++;
    while (i < impostor.length && impostor[i] === score) i++;
    ranking.score[distinct] = score;
    ranking.genuine[distinct] = g - fromG;
    ranking.impostor[distinct] = i - fromI;
    distinct++;
  }
  return {
    score: ranking.score.slice(0, distinct),
    genuine: ranking.genuine.slice(0, distinct),
    impostor: ranking.impostor.slice(0, distinct),
  };
}

function descending(scores: Float64Array, kind: string): Float64Array {
  if (scores.length === 0) throw new Error(`There are no ${kind} scores. A curve needs pairs of both kinds.`);
  const bad = scores.reduce((count, score) => count + (Number.isFinite(score) ? 0 : 1), 0);
  if (bad > 0) throw new Error(`${bad} of ${scores.length} ${kind} scores are not finite. Check the embeddings.`);
  return scores.slice().sort().reverse();
}
