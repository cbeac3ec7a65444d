import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PairSet } from '@pocketnet/data';
import { facts, note, percent, signed } from '../output.js';
import { readyDemoFolder } from './folder.js';
import { chooseIngredients } from './ingredients.js';
import { cosineThreshold, type Measured, measurePairs, pairCosines } from './measured.js';
import { showPhotos } from './photos.js';
import { judgeByReleased } from './released.js';
import { writeReport } from './report.js';
import type { DemoResult, Verdict } from './result.js';

const configFile = fileURLToPath(new URL('../../demo.yaml', import.meta.url));

/** The whole way from data to verdict. Each paragraph does what one verb of the command does. */
export async function runDemo(out: string, set: readonly string[]): Promise<DemoResult> {
  const begun = performance.now();
  const step = (text: string): void =>
    note(`\n[${((performance.now() - begun) / 1000).toFixed(0).padStart(3)} s] ${text}`);
  const lab = await import('@pocketnet/lab');
  const { readPairs } = await import('@pocketnet/data');
  const { bootstrapDifference } = await import('@pocketnet/evaluate');
  const { manualSeed } = await import('@pocketnet/torch');
  readyDemoFolder(out);

  step('Two photos: faces found, aligned, verified, drawn');
  const photos = await showPhotos(out);

  step('Data');
  const data = await chooseIngredients(out);
  const loaded = lab.loadConfig(configFile, { set: [`data.train=${JSON.stringify(data.train)}`, ...set] });
  const { config } = loaded;
  const pairs = readPairs(data.pairs);
  note(`${data.description}: training on ${data.train}, ${pairs.same.length} pairs to measure with`);

  step('The released network, on these pairs');
  const released = await judgeByReleased(pairs);
  if (!released) note('No released network is installed.');
  else if (data.generated) note('These faces are drawings; the network was trained on photos.');

  step(`Before: ${config.network} with random weights`);
  const entry = lab.findNetwork(config.network);
  manualSeed(config.seed);
  const embedding = config.embedding ?? entry.embedding;
  const newborn = entry.build({ input: config.data.size, embedding });
  const { parameters } = lab.count(newborn, config.data.size);
  const before = await measurePairs(
    lab.networkEmbedder(newborn, { name: entry.name, dimension: embedding, size: config.data.size }),
    pairs,
    data.folds,
  );
  newborn.dispose();
  note(accuracyLine(before));

  step(
    `Training ${config.network} (${parameters.toLocaleString('en-US')} parameters) for ${config.maxSteps} steps, about two minutes`,
  );
  const run = await lab.train(loaded, { out: join(out, 'run') });

  step('After: the LFW protocol again, on the same pairs');
  const weights = join(out, 'run', 'last.safetensors');
  const after = await using(await lab.openEmbedder(weights), (embedder) => measurePairs(embedder, pairs, data.folds));
  const gain = bootstrapDifference(before.report.correct, after.report.correct, { seed: 1 });
  note(
    `${accuracyLine(after)}: ${signed(gain.estimate)} points, 95 % interval ${signed(gain.low)} to ${signed(gain.high)}`,
  );

  step('Export to ONNX, checked against libtorch');
  const model = join(out, 'model.onnx');
  const { bytes } = lab.exportOnnx(weights, config.network, model);
  const exported = await lab.checkExport(weights, model, pairs.images.slice(0, 16), config.network);
  for (const [runtime, difference] of Object.entries(exported)) {
    if (difference > lab.exportTolerance) {
      throw new Error(
        `The exported model differs by ${difference.toExponential(1)} in ${runtime}, more than ${lab.exportTolerance}: a bug, please report it.`,
      );
    }
  }
  note(
    `${model}, ${bytes.toLocaleString('en-US')} bytes; ${Object.entries(exported)
      .map(([name, value]) => `${name} ${value.toExponential(1)}`)
      .join(', ')} relative`,
  );

  step('Verifying pairs of photos with the exported model');
  const threshold = cosineThreshold(after.report);
  const verdicts = await verify(lab, model, pairs, threshold);
  note(
    facts(
      verdicts.map(({ pair, cosine, verdict, truth }) => [
        `pair ${pair}`,
        `cosine ${cosine.toFixed(3)}: ${verdict} (truth: ${truth})`,
      ]),
    ),
  );

  const seconds = (performance.now() - begun) / 1000;
  const result = {
    out,
    network: config.network,
    parameters,
    steps: run.steps,
    seconds,
    photos,
    data,
    released,
    before,
    after,
    gain,
    exported,
    threshold,
    verdicts,
  };
  await writeReport(result, pairs);
  return result;
}

/** Verifies three pairs of one person and three of two people, as an app would. */
async function verify(
  lab: typeof import('@pocketnet/lab'),
  model: string,
  pairs: PairSet,
  threshold: number,
): Promise<Verdict[]> {
  const chosen = [true, false].flatMap((same) =>
    pairs.same.flatMap((value, i) => (value === same ? [i] : [])).slice(0, 3),
  );
  const few = {
    images: chosen.flatMap((i) => pairs.images.slice(2 * i, 2 * i + 2)),
    same: chosen.map((i) => pairs.same[i] ?? false),
  };
  const cosines = await using(await lab.openEmbedder(model, { runtime: 'usual-engine' }), (embedder) =>
    pairCosines(embedder, few),
  );
  const word = (same: boolean): 'same' | 'different' => (same ? 'same' : 'different');
  return chosen.map((pair, i) => {
    const cosine = cosines[i] ?? Number.NaN;
    return { pair, cosine, verdict: word(cosine >= threshold), truth: word(few.same[i] ?? false) };
  });
}

async function using<E extends { close(): Promise<void> }, T>(
  embedder: E,
  body: (embedder: E) => Promise<T>,
): Promise<T> {
  try {
    return await body(embedder);
  } finally {
    await embedder.close();
  }
}

const accuracyLine = ({ report }: Measured): string =>
  `accuracy ${percent(report.accuracy)} ± ${percent(report.accuracyStd)} %`;
