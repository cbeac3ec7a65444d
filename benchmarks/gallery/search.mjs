import { createRequire } from 'node:module';
import { openSearch as openWasm } from '@pocketnet/engine';
import { openSearch as openNative } from '@pocketnet/engine-native';
import { openPostgresStore } from 'pocketnet/stores/postgres';
import { changesOf, DIMENSION, inventor, MODEL } from './invented.mjs';

const COUNT = 10;
const ROUNDS = 15;

/** Milliseconds of an exact search for the ten nearest, the least and the median of some rounds, and what it holds in memory. */
export async function searches({ size }) {
  const vector = inventor(1);
  const matrix = new Float32Array(size * DIMENSION);
  for (let i = 0; i < size; i++) matrix.set(vector(), i * DIMENSION);
  const queries = Array.from({ length: ROUNDS }, inventor(2));
  console.log(`\nthe ${COUNT} nearest of ${size.toLocaleString('en')} vectors of ${DIMENSION} numbers, one thread`);
  for (const [name, open] of [
    ['engine, natively', openNative],
    ['engine, WebAssembly', openWasm],
  ])
    await engine(name, open, matrix, size, queries);
  await report('a plain loop', queries, (query) => plain(matrix, size, query));
  await usearch(matrix, queries);
  await pgvector(size, queries);
}

async function engine(name, open, matrix, size, queries) {
  const search = await open(DIMENSION, { capacity: size });
  for (let i = 0; i < size; i++) search.add(matrix.subarray(i * DIMENSION, (i + 1) * DIMENSION));
  const held = search.bytes / (size * DIMENSION * 5);
  await report(
    `${name} (${search.form})`,
    queries,
    (query) => search.topK(query, COUNT),
    `${held.toFixed(3)} times the vectors as int8 and float`,
  );
  search.close();
}

function plain(matrix, size, query) {
  const best = [];
  let floor = -Infinity;
  for (let row = 0, at = 0; row < size; row++) {
    let sum = 0;
    for (let i = 0; i < DIMENSION; i++) sum += matrix[at++] * query[i];
    if (sum <= floor) continue;
    best.push({ row, score: sum });
    best.sort((a, b) => b.score - a.score);
    if (best.length > COUNT) floor = best.pop() && best.at(-1).score;
  }
  return best;
}

async function usearch(matrix, queries) {
  let usearch;
  try {
    usearch = createRequire(new URL('./', import.meta.url))('usearch');
  } catch {
    return console.log('  without usearch: npm install --prefix benchmarks/gallery');
  }
  const { exactSearch, MetricKind } = usearch;
  await report('usearch, exact', queries, (query) => exactSearch(matrix, query, DIMENSION, COUNT, MetricKind.IP, 1));
}

async function pgvector(size, queries) {
  const url = process.env.POCKETNET_POSTGRES;
  if (!url) return console.log('  without pgvector: name a database in POCKETNET_POSTGRES');
  const options = { gallery: `bench of ${size}`, timeout: 600_000 };
  const filled = await openPostgresStore(url, options);
  let there = 0;
  for await (const changes of filled.read()) there += changes.length;
  if (there === 0)
    for (const changes of changesOf(size, size)) await filled.commit(changes.filter(({ kind }) => kind === 'template'));
  await filled.close();
  for (const search of ['exact', 'hnsw']) {
    const store = await openPostgresStore(url, { ...options, search });
    const from = performance.now();
    await store.nearest({ model: MODEL, vector: queries[0] }, COUNT);
    const first = `the first ${((performance.now() - from) / 1000).toFixed(1)} s`;
    await report(`pgvector, ${search}`, queries, (vector) => store.nearest({ model: MODEL, vector }, COUNT), first);
    await store.close();
  }
}

async function report(name, queries, search, about = '') {
  const times = [];
  for (const query of queries) {
    const from = performance.now();
    await search(query);
    times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  console.log(
    `  ${name}: ${times[0].toFixed(2)} ms, median ${times[times.length >> 1].toFixed(2)}${about && `; ${about}`}`,
  );
}
