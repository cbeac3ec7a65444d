// What the engine computes, as digests: the same module runs in Node, in a worker and in browsers.
import { openPlan, openProduct, openSearch } from '@pocketnet/engine';

/** Whole numbers from 0 to 255, the same everywhere. */
function noise(length) {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

const floats = (length) => Float32Array.from(noise(length), (byte) => byte / 127.5 - 1);

async function digest(values) {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * @param {Record<string, Uint8Array>} plans
 * @param {'simd' | 'relaxed'} form
 * @returns {Promise<Record<string, string>>} of each plan's outputs for a picture and for floats, of a search and of a product
 */
export async function digests(plans, form) {
  const found = {};
  for (const [name, bytes] of Object.entries(plans)) {
    const plan = await openPlan(bytes, { form });
    const pixels = plan.inputs[0].dims.slice(1).reduce((product, side) => product * side, 1);
    for (const [kind, image] of Object.entries({ picture: noise(4 * pixels), floats: floats(3 * pixels) })) {
      const outputs = plan.run(image);
      for (const [output, values] of Object.entries(outputs)) {
        if (values.every((value) => value === values[0])) throw new Error(`${name} gives the same number everywhere.`);
        found[`${name}, ${output} of ${kind}`] = await digest(values);
      }
    }
    plan.close();
  }
  const vectors = floats(128 * 500);
  const search = await openSearch(128, { form });
  for (let row = 0; row < 500; row++) search.add(vectors.subarray(128 * row, 128 * (row + 1)));
  const best = search.topK(vectors.subarray(0, 128), 50);
  found.search = await digest(Float64Array.from(best.flatMap(({ row, score }) => [row, score])));
  const scores = new Float32Array(100 * 400);
  openProduct(form)(vectors.subarray(0, 128 * 100), vectors.subarray(128 * 100), 128, scores);
  found.product = await digest(scores);
  return found;
}

/** In a page, which fetches the plans that /plans.json names. */
export async function run() {
  const names = await (await fetch('/plans.json')).json();
  const plans = {};
  for (const name of names) plans[name] = new Uint8Array(await (await fetch(`/plan/${name}`)).arrayBuffer());
  return digests(plans, 'simd');
}
