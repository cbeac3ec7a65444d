// Photos sorted by who is in them: average linkage beside Chinese whispers and DBSCAN, each at the card's thresholds and at its best. On lfw_people
// by the points that lie beside the photos, and on people of the training sets whom no network was trained on, whose faces are aligned already: what
// is measured is grouping alone.
//
// `npm run bench -- face-sort`
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodePicture, openSource } from '@pocketnet/data';
import { Random } from '@pocketnet/files';
import { alreadyAligned } from 'pocketnet';
import { clusterFaces } from 'pocketnet/cluster';
import { openPocketNet, readImage } from 'pocketnet/node';
import { cosine, detector, embedder, facesFolder, people } from './folder.mjs';

/** The aligned faces of each set, and whose they are. */
const sets = {
  lfw_people: photosOfPeople,
  'held-out people of train': () => heldOut('train', 'train-held-out.txt'),
  'held-out people of train_more': () => heldOut('train_more', 'train-more-held-out.txt'),
};

export async function run() {
  const net = await openPocketNet({ detector, embedder, engine: 'strict' });
  for (const [set, read] of Object.entries(sets)) {
    const faces = [];
    for await (const { who, crop } of read(net)) faces.push({ who, vector: (await net.embed(crop)).vector });
    compareMethods(set, faces, net.thresholds());
  }
  net.close();
}

async function* photosOfPeople(net) {
  for (const { path, who, landmarks: points } of people())
    yield { who, crop: net.align(await readImage(readFileSync(path)), { points }) };
}

async function* heldOut(folder, list) {
  const only = fileURLToPath(new URL(`../../configs/lists/${list}`, import.meta.url));
  const source = openSource(`${join(facesFolder(folder), 'train.rec')}?only=${only}`);
  for (let i = 0; i < source.length; i++)
    yield { who: source.label(i), crop: alreadyAligned(await decodePicture(source.read(i))) };
  source.close();
}

function compareMethods(set, faces, { usual, strict }) {
  const truth = faces.map(({ who }) => who);
  const vectors = faces.map(({ vector }) => vector);
  const cosines = vectors.map((a) => Float32Array.from(vectors, (b) => cosine(a, b)));
  console.log(`\n${set}: ${faces.length} faces of ${new Set(truth).size} people`);
  const grid = Array.from({ length: 51 }, (_, i) => 0.1 + 0.01 * i);
  for (const [name, group] of Object.entries(methods)) {
    const at = (threshold) => ({ threshold, ...bCubed(truth, group(threshold, vectors, cosines)) });
    const best = grid.map(at).reduce((a, b) => (b.f1 > a.f1 ? b : a));
    for (const [which, found] of Object.entries({ usual: at(usual), strict: at(strict), best })) {
      const { threshold, f1, precision, recall, groups } = found;
      const numbers = [
        threshold.toFixed(2),
        ...[f1, precision, recall].map((value) => (100 * value).toFixed(1)),
        groups,
      ];
      console.log(`| ${name} | ${which} | ${numbers.join(' | ')} |`);
    }
  }
}

/** Each gives the group of every face. */
const methods = {
  'average linkage': (threshold, vectors) => {
    const labels = new Array(vectors.length);
    for (const [group, { faces }] of clusterFaces(vectors, { threshold }).entries())
      for (const face of faces) labels[face] = group;
    return labels;
  },
  // Biemann, "Chinese Whispers", TextGraphs 2006: a face takes the label with the largest sum of weights among its neighbours.
  'Chinese whispers': (threshold, vectors, cosines) => {
    const labels = vectors.map((_, face) => face);
    const near = neighbours(cosines, threshold);
    const random = new Random(1);
    for (let round = 0; round < 20; round++)
      for (const face of shuffled(vectors.length, random)) {
        const weights = new Map();
        for (const other of near[face])
          if (other !== face) weights.set(labels[other], (weights.get(labels[other]) ?? 0) + cosines[face][other]);
        for (const [label, weight] of weights) if (weight > (weights.get(labels[face]) ?? 0)) labels[face] = label;
      }
    return labels;
  },
  // Ester et al., KDD 1996, with two neighbours for a core; noise is a person of one face.
  DBSCAN: (threshold, vectors, cosines) => {
    const near = neighbours(cosines, threshold);
    const labels = new Array(vectors.length);
    let next = 0;
    for (const [face, own] of near.entries()) {
      if (labels[face] !== undefined || own.length < 3) continue;
      const label = next++;
      const open = [face];
      while (open.length > 0) {
        const here = open.pop();
        if (labels[here] !== undefined) continue;
        labels[here] = label;
        if (near[here].length >= 3) open.push(...near[here]);
      }
    }
    return labels.length === 0 ? labels : Array.from(labels, (label) => label ?? next++);
  },
};

const neighbours = (cosines, threshold) =>
  cosines.map((row) => [...row.keys()].filter((face) => row[face] >= threshold));

function shuffled(length, random) {
  const order = Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = random.int(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** Bagga and Baldwin, 1998: means over faces of how pure its group is, and how much of its person is there. */
function bCubed(truth, labels) {
  const count = (keys) => keys.reduce((counts, key) => counts.set(key, (counts.get(key) ?? 0) + 1), new Map());
  const [people, groups] = [count(truth), count(labels)];
  const both = count(truth.map((who, face) => `${who} ${labels[face]}`));
  let [precision, recall] = [0, 0];
  for (const [face, who] of truth.entries()) {
    const shared = both.get(`${who} ${labels[face]}`);
    precision += shared / groups.get(labels[face]) / truth.length;
    recall += shared / people.get(who) / truth.length;
  }
  return { precision, recall, f1: (2 * precision * recall) / (precision + recall), groups: groups.size };
}
