// Our side of the distillation bench: the step of packages/lab, out of its own pieces, in this process.
import { join } from 'node:path';
import { ArcFace, findNetwork, headTerm, networkEmbedder, teacherTerm, templateLoss } from '@pocketnet/lab';
import {
  backward,
  engineInfo,
  fromArray,
  manualSeed,
  noGrad,
  ops,
  optim,
  saveTensors,
  scope,
  setThreads,
} from '@pocketnet/torch';

const size = 112;
const dimension = 128;

/**
 * Makes student, teacher, head and images, and leaves them in `folder` for the peer.
 * `time(name)` times one of: `teacher`, what it says of a batch; `arcface`, a step without a teacher; `live`, a step whose
 * teacher looks at its images; `cached`, a step whose targets are known.
 */
export async function openOurs({ batch, threads, classes, folder, bf16 }) {
  setThreads(threads);
  manualSeed(0);
  const student = findNetwork('pocketnet-s-128').build();
  const teacher = findNetwork('iresnet-100').build();
  settle(teacher);
  const head = new ArcFace(dimension, classes);
  const images = scope(() => ops.randn([batch, size, size, 3]).toFloat32());
  const labels = Int32Array.from({ length: batch }, (_, i) => i % classes);

  saveTensors(join(folder, 'student.pth'), student.stateDict());
  saveTensors(join(folder, 'teacher.pth'), teacher.stateDict());
  saveTensors(join(folder, 'head.pth'), head.stateDict());
  scope(() => saveTensors(join(folder, 'images.pth'), new Map([['images', seen(images, batch)]])));

  const [exact, coarse] = ['float32', 'bf16'].map((precision) =>
    networkEmbedder(teacher, { name: 'iresnet-100', dimension, frozen: true, precision }),
  );
  const optimizers = [student, head].map((part) =>
    optim.sgd(part.parameters(), { lr: 1e-3, momentum: 0.9, weightDecay: 5e-4 }),
  );
  const terms = [headTerm(head), teacherTerm(templateLoss, 100)];
  const look = async (embedder) => {
    const rows = await embedder.embed(images, batch);
    return scope(() => ops.normalize(fromArray(rows, [batch, dimension])).toFloat32());
  };

  /** The values of the terms, on the images' embeddings. */
  const losses = (targets) => {
    const embeddings = student.forward(seen(images, batch));
    const rows = targets && fromArray(targets, [batch, dimension]);
    return terms.map((term) => term.value({ embeddings, labels, ...(rows && { targets: rows }) })).filter(Boolean);
  };
  const step = (targets) =>
    scope(() => {
      const loss = losses(targets).reduce((sum, term) => ops.add(sum, term));
      for (const optimizer of optimizers) optimizer.zeroGrad();
      backward(loss);
      optim.clipGradNorm(student.parameters(), 5);
      for (const optimizer of optimizers) optimizer.step();
    });

  const cached = await look(exact);
  const work = {
    teacher: () => look(exact),
    'teacher bf16': () => look(coarse),
    arcface: () => step(),
    live: async () => step(await look(exact)),
    'live bf16': async () => step(await look(coarse)),
    cached: () => step(cached),
  };
  const cosine = bf16 ? meanCosine(cached, await look(coarse), batch) : Number.NaN;
  const [arcface, template] = scope(() => noGrad(() => losses(cached).map((term) => term.item())));
  return {
    version: engineInfo().version,
    losses: { arcface, template },
    /** Of the teacher's embeddings in bfloat16 to those in float32. */
    cosine,
    /** Once: milliseconds gone by, and milliseconds of processors. */
    async time(name) {
      const [start, before] = [performance.now(), process.cpuUsage()];
      await work[name]();
      const { user, system } = process.cpuUsage(before);
      return { gone: performance.now() - start, busy: (user + system) / 1000 };
    },
    async close() {
      for (const embedder of [exact, coarse]) await embedder.close();
      for (const part of [student, teacher, head]) part.dispose();
    },
  };
}

/** Of rows of unit length. */
const meanCosine = (a, b, count) => a.reduce((sum, value, i) => sum + value * b[i], 0) / count;

/** NHWC memory seen as NCHW: channels-last. */
const seen = (images, count) => ops.permute(fromArray(images, [count, size, size, 3]), [0, 3, 1, 2]);

/** Fresh convolutions of an IResNet are drawn wide: in evaluation, with no statistics yet, its numbers would run away. One batch settles them. */
function settle(network) {
  network.train();
  for (const [, module] of network.modules()) if ('momentum' in module) module.momentum = 1;
  noGrad(() => scope(() => void network.forward(ops.permute(ops.randn([8, size, size, 3]), [0, 3, 1, 2]))));
  for (const [, module] of network.modules()) if ('momentum' in module) module.momentum = 0.1;
  network.eval();
}
