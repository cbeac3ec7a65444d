// What the benches of faces share: the models, the photos of POCKETNET_DATA, accuracy of pairs.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '@pocketnet/files';

const model = (path) => readFileSync(fileURLToPath(new URL(`../../models/${path}`, import.meta.url)));

export const detector = model('yunet/yunet.pnet');
export const embedder = model('pocketnet-s-128/pocketnet-s-128.pnet');

/** A folder below POCKETNET_DATA/faces. */
export function facesFolder(name) {
  const path = join(process.env.POCKETNET_DATA ?? '', 'faces', name);
  if (!process.env.POCKETNET_DATA || !existsSync(path))
    throw new Error(`This bench needs ${join('faces', name)}: set POCKETNET_DATA to the folder that holds faces/.`);
  return path;
}

/** The files of `lfw_people`, with whose they are and the landmarks that lie beside them. */
export function people(most = Number.POSITIVE_INFINITY) {
  const folder = facesFolder('lfw_people');
  const known = JSON.parse(readFileSync(join(folder, 'landmarks.json'), 'utf8'));
  return Object.entries(known)
    .slice(0, most)
    .map(([name, { landmarks }]) => ({ path: join(folder, name), name, who: name.split('/')[0], landmarks }));
}

/** The photographs of `photos`. */
export const photographs = () =>
  readdirSync(facesFolder('photos'))
    .filter((name) => name.endsWith('.jpg'))
    .map((name) => join(facesFolder('photos'), name));

const DIFFERENT = 20_000;

/** All same pairs and up to 20,000 different ones, of the indices of faces. */
export function pairsOf(who) {
  const [same, different] = [[], []];
  for (let i = 0; i < who.length; i++) for (let j = 0; j < i; j++) (who[i] === who[j] ? same : different).push([i, j]);
  const random = new Random(1);
  for (let i = 0; i < Math.min(DIFFERENT, different.length); i++) {
    const other = i + random.int(different.length - i);
    [different[i], different[other]] = [different[other], different[i]];
  }
  return { same, different: different.slice(0, DIFFERENT) };
}

export const cosine = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** Shares of same pairs accepted and of different ones refused at a threshold, and their mean. */
export function ratesAt({ same, different }, threshold) {
  const share = (scores, wanted) => scores.filter(wanted).length / scores.length;
  const accepted = share(same, (score) => score >= threshold);
  const refused = share(different, (score) => score < threshold);
  return { threshold, accepted, refused, balanced: (accepted + refused) / 2 };
}

/** The threshold, of all scores, with the best mean of both rates. */
export function bestOf({ same, different }) {
  let best = { threshold: Number.NEGATIVE_INFINITY, accepted: 1, refused: 0, balanced: 0.5 };
  for (const { threshold, accepted, refused } of operatingPoints(same, different)) {
    const balanced = (accepted + refused) / 2;
    if (balanced > best.balanced) best = { threshold, accepted, refused, balanced };
  }
  return best;
}

/** Where as many different pairs are accepted as same ones refused: the share of either. */
export function equalErrorRate({ same, different }) {
  let [nearest, rate] = [Number.POSITIVE_INFINITY, 0];
  for (const { accepted, refused } of operatingPoints(same, different)) {
    const apart = Math.abs(1 - accepted - (1 - refused));
    if (apart < nearest) [nearest, rate] = [apart, 1 - (accepted + refused) / 2];
  }
  return rate;
}

/** Both rates at each score of a same pair, from the lowest. */
function* operatingPoints(same, different) {
  const [own, others] = [same, different].map((scores) => Float64Array.from(scores).sort());
  let below = 0;
  for (const [i, threshold] of own.entries()) {
    while (below < others.length && others[below] < threshold) below++;
    yield { threshold, accepted: 1 - i / own.length, refused: below / others.length };
  }
}

/** Share of same pairs accepted where a share of the different ones is. */
export function tarAt({ same, different }, far) {
  const sorted = different.toSorted((a, b) => b - a);
  const threshold = sorted[Math.floor(far * sorted.length)];
  return same.filter((score) => score > threshold).length / same.length;
}

export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const percent = (share, digits = 2) => (100 * share).toFixed(digits);
