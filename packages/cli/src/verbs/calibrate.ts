import { mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Arithmetic } from '@pocketnet/engine';
import type { CardFacts } from '@pocketnet/evaluate';
import type { SourceCalibration } from '@pocketnet/lab/calibration';
import { fileEnding } from '../arguments.js';
import { machineLine } from '../machine.js';
import { type ModelOptions, modelOptions, openingOptions } from '../model-options.js';
import { checkNetwork } from '../networks.js';
import { note, printResult } from '../output.js';
import { showing } from '../progress.js';
import { type CommonOptions, UsageError, type Verb } from '../verb.js';

interface Options extends CommonOptions, ModelOptions {
  data: string;
  groups?: string;
  flip: boolean;
  mirrored?: string;
  out?: string;
  into?: string;
}

export const calibrate: Verb = {
  name: 'calibrate',
  task: 'measure',
  summary: 'find thresholds for given false match rates, on all pairs of a set of faces',
  define: (command) =>
    modelOptions(command)
      .argument(
        '<model>',
        'an ONNX file, a plan, weights (safetensors or torch.save), or embeddings (.npy or .safetensors)',
      )
      .requiredOption(
        '--data <location>',
        'a set of faces, such as faces/train?maxImages=5; an image without a label counts as a person',
      )
      .option('--groups <naming>', 'compare groups of people by labels in file names: utkface')
      .option('--no-flip', 'embed the crop alone, without its mirror image (twice as fast)')
      .option('--mirrored <file>', 'with embeddings: the embeddings of the mirror images')
      .option('--out <folder>', 'write calibration.json, card.md and calibration.html to this folder')
      .option(
        '--into <file.pnet>',
        'write what cosines mean into this plan, where apps read it; with --groups, the worst group beside it; in floats, or with --arithmetic for that one alone',
        fileEnding('.pnet'),
      )
      .action(run),
};

async function run(model: string, options: Options): Promise<void> {
  const { data, groups, flip, channels, mirrored, out, into, arithmetic = 'float' } = options;
  await checkNetwork(options.network);
  const { openSource } = await import('@pocketnet/data');
  const { openEmbeddings } = await import('@pocketnet/lab/embedders');
  const { calibrateSource, faceGroups } = await import('@pocketnet/lab/calibration');
  const known = faceGroups.map(({ name }) => name);
  if (groups !== undefined && !known.includes(groups))
    throw new UsageError(`--groups knows ${known.join(', ')}, not ${groups}.`);

  const faces = openSource(data);
  const source = await openEmbeddings(model, {
    channels,
    ...openingOptions(options),
    ...(into !== undefined && { arithmetic }),
    ...(mirrored && { mirrored }),
  });
  let result: SourceCalibration;
  try {
    result = await showing(`calibrate ${basename(model)}`, 'images', (onEmbed) =>
      calibrateSource(source, faces, { flip, onEmbed, matchCurve: into !== undefined, ...(groups && { groups }) }),
    );
  } finally {
    faces.close();
    await source.close();
  }
  for (const problem of result.problems) note(problem);
  if (result.eachAPerson)
    note('The faces have no labels: each image is taken for a person, and there are no genuine pairs.');
  else if (result.unlabelled > 0)
    note(`${result.unlabelled} images have no label: each is taken for a person of its own.`);
  const about: CardFacts = {
    model: source.name,
    data: faces.name,
    embedding: result.flipped ? 'image and mirror image, summed' : 'image alone',
  };
  const { modelCardBlock } = await import('@pocketnet/evaluate');
  const card = modelCardBlock(result.calibration, about);
  const files = {
    ...(out !== undefined && (await writeFiles(out, result, about, card))),
    ...(into !== undefined && {
      plan: await writeInto(into, result, { data: about.data, naming: groups, arithmetic }),
    }),
  };
  printResult(options, { model, data, ...result, files }, () => card.trimEnd());
}

async function writeFiles(
  out: string,
  result: SourceCalibration,
  about: CardFacts,
  card: string,
): Promise<Record<string, string>> {
  const { calibrationSections, groupSections, htmlReport } = await import('@pocketnet/evaluate');
  const { writeFileAtomic } = await import('@pocketnet/files/node');
  const { calibration, groups, problems, eachAPerson } = result;
  const [faces, people, pairs] = [calibration.faces, calibration.people, calibration.impostorPairs].map((n) =>
    n.toLocaleString('en-US'),
  );
  const page = htmlReport({
    title: `${about.model}: calibration`,
    lead: `Thresholds for ${about.model} (${about.embedding}), from all pairs of ${faces} faces of ${people} people in ${about.data}: ${pairs} impostor pairs.`,
    sections: [
      ...calibrationSections(calibration),
      ...groupSections(groups),
      ...(problems.length > 0 || eachAPerson
        ? [
            {
              heading: 'What to know',
              text: [
                ...(eachAPerson
                  ? [
                      'The faces have no labels. Each image was taken for a person of its own; whoever occurs twice counts as a false match, so the highest thresholds are rather too high.',
                    ]
                  : []),
                ...problems,
              ],
            },
          ]
        : []),
    ],
    footer: `pocketnet calibrate, ${machineLine()}, ${new Date().toISOString().slice(0, 10)}`,
  });
  mkdirSync(out, { recursive: true });
  const files = {
    json: join(out, 'calibration.json'),
    card: join(out, 'card.md'),
    html: join(out, 'calibration.html'),
  };
  writeFileAtomic(files.json, `${JSON.stringify({ ...about, ...result }, undefined, 1)}\n`);
  writeFileAtomic(files.card, card);
  writeFileAtomic(files.html, page);
  return files;
}

async function writeInto(
  path: string,
  result: SourceCalibration,
  measured: { data: string; naming: string | undefined; arithmetic: Arithmetic },
): Promise<string> {
  const { calibratedPlan } = await import('@pocketnet/lab/calibration');
  const { writeFileAtomic } = await import('@pocketnet/files/node');
  writeFileAtomic(path, calibratedPlan(readFileSync(path), result, measured, path));
  return path;
}
