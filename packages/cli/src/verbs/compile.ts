import { basename } from 'node:path';
import { readFileBytes } from '@pocketnet/files/node';
import type { Compiled, Model, Preprocessing } from '@pocketnet/onnx';
import { InvalidArgumentError, Option } from 'commander';
import { numberBetween, wholeNumber } from '../arguments.js';
import { facts, grouped, note, printResult } from '../output.js';
import { showing } from '../progress.js';
import { type CommonOptions, UsageError, type Verb } from '../verb.js';

interface Options extends CommonOptions {
  out: string;
  target: 'plan' | 'c';
  store: 'float32' | 'float16' | 'int8';
  calibrate?: string;
  crops: number;
  size?: [height: number, width: number];
  mean?: number;
  deviation?: number;
  channels: 'rgb' | 'bgr';
  licence?: string;
  metadata: Record<string, string>;
}

export const compile: Verb = {
  name: 'compile',
  task: 'ship',
  summary: 'compile an ONNX model to a plan for the inference engine, or to C for a board',
  define: (command) =>
    command
      .argument('<model>', 'the model, ONNX; a plain export compiles best. For C, a plan will do')
      .requiredOption('--out <file.pnet>', 'the plan to write; for C, a folder')
      .addOption(
        new Option('--target <what>', 'a plan; or C99 that stands alone, for boards: one function over a static arena')
          .choices(['plan', 'c'])
          .default('plan'),
      )
      .addOption(
        new Option(
          '--store <how>',
          'how weights are stored; with int8 a plan can be computed in integers too, which is chosen when it is opened',
        )
          .choices(['float32', 'float16', 'int8'])
          .default('float32'),
      )
      .option(
        '--calibrate <faces>',
        'with int8: aligned faces, such as faces/train, whose values the integers shall hold',
      )
      .option('--crops <n>', 'with int8: how many of them; a quarter measures what is lost', wholeNumber(8), 256)
      .option('--size <HxW>', 'height and width of the images, if the model leaves them open', sides)
      .addOption(
        new Option(
          '--mean <number>',
          'a picture’s bytes become (byte − mean) / deviation; by default read from the graph, 127.5 where it does not normalise',
        ).argParser(numberBetween(-1000, 1000)),
      )
      .addOption(new Option('--deviation <number>', 'see --mean').argParser(numberBetween(1e-6, 1000)))
      .addOption(
        new Option('--channels <order>', 'channel order that the model was trained on')
          .choices(['rgb', 'bgr'])
          .default('rgb'),
      )
      .option('--licence <file>', "for C: the text of the weights' licence, to lie beside them")
      .option(
        '--metadata <name=value>',
        'what the plan says of itself, such as licence=Apache-2.0; repeatable',
        named,
        {},
      )
      .action(run),
};

function named(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be a name and a value, such as licence=Apache-2.0.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

function sides(text: string): [number, number] {
  const found = /^(\d+)(?:[x×](\d+))?$/.exec(text);
  const [height, width] = [Number(found?.[1]), Number(found?.[2] ?? found?.[1])];
  if (!(height >= 1 && width >= 1)) throw new InvalidArgumentError('It must be two whole numbers, such as 112x112.');
  return [height, width];
}

async function run(path: string, options: Options): Promise<void> {
  if ((options.store === 'int8') !== (options.calibrate !== undefined))
    throw new UsageError('--store int8 and --calibrate <faces> need each other.');
  const { isPlan } = await import('@pocketnet/engine');
  const { tensorFormatOf } = await import('@pocketnet/files');
  const bytes = readFileBytes(path);
  if (tensorFormatOf(bytes))
    throw new UsageError(
      `${path} holds weights, not a graph. Export them first: pocketnet export --weights ${path} --out MODEL.onnx`,
    );
  if (options.target === 'c') {
    const { writeBoardFolder } = await import('../compile/board.js');
    const plan = isPlan(bytes) ? bytes : (await compileAsAsked(path, bytes, options)).compiled.bytes;
    return writeBoardFolder(plan, { ...options, path });
  }
  if (isPlan(bytes)) throw new UsageError(`${path} is a plan already; --target c makes C of it.`);
  if (!options.out.toLowerCase().endsWith('.pnet')) throw new UsageError(`--out ${options.out}: a plan ends in .pnet.`);
  return writePlanFile(path, bytes, options);
}

async function compileModel(
  path: string,
  bytes: Uint8Array,
  preprocessing: Preprocessing,
  { store, size, metadata: about }: Options,
): Promise<Compiled> {
  const onnx = await import('@pocketnet/onnx');
  const model = onnx.decodeModel(onnx.withoutTinyWeights(bytes, path), path);
  // A plan gives its model's numbers (`difference` says how nearly): what a card says of the model's file holds for it.
  const metadata = {
    ...model.metadata,
    ...about,
    ...(model.metadata.card && store !== 'int8' && { measured_as: model.metadata.measured_as ?? basename(path) }),
  };
  return onnx.compileGraph(model.graph, {
    ...{ store: store === 'int8' ? 'float32' : store, preprocessing, metadata },
    ...(size && { size }),
  });
}

/** What becomes of a picture's bytes: as is said, or as the graph begins, which may normalise by itself. */
async function preprocessingOf(path: string, { mean, deviation, channels: order }: Options): Promise<Preprocessing> {
  const { USUAL_PREPROCESSING } = await import('@pocketnet/onnx');
  if (mean !== undefined || deviation !== undefined)
    return {
      mean: mean ?? USUAL_PREPROCESSING.mean,
      deviation: deviation ?? USUAL_PREPROCESSING.deviation,
      order,
    };
  const { pixelsOfFile } = await import('@pocketnet/lab/embedders');
  const { mean: [own = 0] = [], scale } = await pixelsOfFile(path);
  return { mean: own, deviation: Number((1 / scale).toPrecision(12)), order };
}

/** The model in floats, and as it is to be stored. */
async function compileAsAsked(path: string, bytes: Uint8Array, options: Options) {
  const preprocessing = await preprocessingOf(path, options);
  const model = await compileModel(path, bytes, preprocessing, options);
  const { calibrate, crops } = options;
  if (calibrate === undefined) return { preprocessing, model, compiled: model, eight: undefined };
  const { inEightBits } = await import('@pocketnet/lab/eight-bits');
  const eight = await showing('calibrate', 'crops', (onProgress) => inEightBits(model, calibrate, crops, onProgress));
  return { preprocessing, model, compiled: { ...model, ...eight }, eight };
}

async function writePlanFile(path: string, bytes: Uint8Array, options: Options): Promise<void> {
  const onnx = await import('@pocketnet/onnx');
  const { writeFileAtomic } = await import('@pocketnet/files/node');
  const { out, store } = options;
  const { preprocessing, model, compiled, eight } = await compileAsAsked(path, bytes, options);
  const { openPlan } = await import('@pocketnet/engine');
  const { height, width } = compiled.plan.image;
  const shown = {
    height: height || SHOWN * compiled.plan.image.multiple,
    width: width || SHOWN * compiled.plan.image.multiple,
  };
  const plan = await openPlan(compiled.bytes, { ...shown, name: out });
  plan.close();
  const difference = await beside(path, model, shown, preprocessing);
  writeFileAtomic(out, compiled.bytes);
  const steps = onnx.stepKinds(compiled.plan);
  const result = {
    ...{ out, store, steps, bytes: compiled.bytes.length, size: [shown.height, shown.width], preprocessing },
    ...{ arenaBytes: plan.arenaBytes, multiplyAdds: plan.work, difference: difference ?? null },
    ...(eight && { calibrated: eight.calibrated, forms: eight.forms }),
  };
  printResult(options, result, () =>
    facts([
      ['written', `${out}, ${grouped(result.bytes)} bytes, weights as ${store}`],
      [
        'steps',
        `${compiled.plan.steps.length}: ${Object.entries(steps)
          .map(([kind, count]) => `${count} ${kind}`)
          .join(', ')}`,
      ],
      ['image', `${shown.height}x${shown.width}${height ? '' : ', of any that the plan takes'}`],
      ['pixels', `(byte − ${preprocessing.mean}) / ${preprocessing.deviation}, ${preprocessing.order.toUpperCase()}`],
      ['arena', `${grouped(result.arenaBytes)} bytes`],
      ['multiply-adds', `${(result.multiplyAdds / 1e6).toFixed(1)} M`],
      [
        'difference',
        difference === undefined
          ? 'not measured'
          : `${difference.toExponential(1)} to ONNX Runtime, relative, on noise${eight ? ', before weights had eight bits' : ''}`,
      ],
      ...(eight?.forms ?? []).map(({ arithmetic, cosine, least }): [string, string] => [
        `in ${arithmetic}`,
        `cosine ${cosine.toFixed(4)} to the model, mean; ${least.toFixed(4)} least`,
      ]),
      ...(isCalibrated(compiled.plan.metadata.model) || compiled.plan.metadata.outputs.length > 1
        ? []
        : [['next', `pocketnet calibrate ${out} --data FACES --into ${out}`] as const]),
    ]),
  );
}

/** Whether apps can read off it what cosines mean. */
const isCalibrated = (about: Readonly<Record<string, string>>): boolean =>
  Object.keys(about).some((key) => key === 'card' || key.startsWith('calibration'));

/** Of a plan for any size, this many times its smallest side is shown. */
const SHOWN = 10;

/** The largest relative difference of any output to ONNX Runtime's, on a picture of noise; undefined where ONNX Runtime is not installed. */
async function beside(
  path: string,
  { bytes }: Compiled,
  { height, width }: { height: number; width: number },
  { mean, deviation }: Preprocessing,
): Promise<number | undefined> {
  const { compareRuns, missingRuntimes, noise, openModel } = await import('@pocketnet/onnx');
  const missing = (await missingRuntimes()).native;
  if (missing !== undefined) {
    note(`without a comparison: ${missing}`);
    return undefined;
  }
  const opened: Model[] = [await openModel(path, { threads: 1 }), await openModel(bytes)];
  try {
    const [input] = opened[0]?.inputs ?? [];
    const shape = [1, input?.shape?.[1] ?? 3, height, width];
    const feeds = noise([{ name: input?.name ?? '', dtype: 'float32', shape }], 1);
    for (const { data } of Object.values(feeds))
      for (const [i, value] of (data as Float32Array).entries()) data[i] = (127.5 * (value + 1) - mean) / deviation;
    const [reference = {}, own = {}] = await Promise.all(opened.map((model) => model.run(feeds)));
    const differences = Object.entries(reference).map(
      ([name, { data }]) => compareRuns(data as Float32Array, own[name]?.data as Float32Array).maxRelative,
    );
    return Math.max(...differences);
  } finally {
    for (const model of opened) await model.close();
  }
}
