import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readIjbPairs } from '@pocketnet/data';
import { openSetIdentification, pairRows, poolTemplates, scorePairs, templateVerification } from '@pocketnet/evaluate';
import { Random } from '@pocketnet/files';

/** IJB-C's own numbers. */
const FACES = 469_375;
const SUBJECTS = 3531;
const PROBES = 19_593;
const GENUINE = 19_557;
const IMPOSTOR = 15_638_932;
const WIDTH = 128;
const BAR_SECONDS = 30;
const BAR_BYTES = 2e9;

/**
 * IJB-C on generated embeddings of its real size, 128-d: the list of 15.7 million pairs read from a file, half a million faces
 * pooled into templates, all pairs scored, the whole curve with intervals, and the 1:N search. The bar is on scoring and
 * curve together, and on the peak of the whole process. Processor seconds stand beside, for machines that do other work too.
 */
export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'pocketnet-ijb-bench-'));
  const list = join(folder, 'ijbc_template_pair_label.txt');
  const stages = {};
  const timed = (name, work) => {
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    const result = work();
    const { user, system } = process.cpuUsage(cpu);
    const gigabytes = (process.resourceUsage().maxRSS * 1024) / 1e9;
    stages[name] = {
      seconds: (performance.now() - began) / 1000,
      'processor seconds': (user + system) / 1e6,
      'peak GB so far': gigabytes,
    };
    return result;
  };
  try {
    timed('(write the list)', () => writePairs(list));
    const faces = timed('(draw embeddings)', drawFaces);
    const pairs = timed('read the list', () => readIjbPairs(list));
    const templates = timed('pool templates', () => poolTemplates(faces));
    const rows = timed('find templates, count repetitions', () => pairRows(templates, pairs));
    const scores = timed('score', () => scorePairs(templates.features, rows));
    const { points } = timed('curve and intervals', () =>
      templateVerification(scores, pairs.same, { unit: pairs.first }),
    );
    const found = timed('1:N', () => openSetIdentification(templates, galleries(), probes()));
    console.table(stages);
    console.table(
      points.map(({ farTarget, tar, interval }) => ({ farTarget, tar, low: interval?.low, high: interval?.high })),
    );
    console.table([...found.cmc, ...found.tpir]);
    return judge(stages, pairs.same.length);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function judge(stages, pairs) {
  const bar = ['find templates, count repetitions', 'score', 'curve and intervals'].map((name) => stages[name]);
  const [seconds, processor] = ['seconds', 'processor seconds'].map((key) =>
    bar.reduce((sum, stage) => sum + stage[key], 0),
  );
  const bytes = process.resourceUsage().maxRSS * 1024;
  const passed = seconds <= BAR_SECONDS && bytes <= BAR_BYTES;
  console.log(
    `${passed ? 'passed' : 'FAILED'}: ${pairs} pairs scored and curved in ${seconds.toFixed(1)} s, ${processor.toFixed(1)} of the processor (bar ${BAR_SECONDS}), peak ${(bytes / 1e9).toFixed(2)} GB (bar ${BAR_BYTES / 1e9})`,
  );
  return { passed, seconds, processor, bytes };
}

const galleryTemplate = (subject) => 1 + subject;
const probeTemplate = (probe) => 10_000 + 9 * probe;
const subjectOfProbe = (probe) => probe % SUBJECTS;

function writePairs(path) {
  const random = new Random(1);
  writeLines(path, GENUINE + IMPOSTOR, (i) => {
    if (i < GENUINE) return `${galleryTemplate(subjectOfProbe(i))} ${probeTemplate(i)} 1`;
    const [subject, probe] = [Math.floor(((i - GENUINE) / IMPOSTOR) * SUBJECTS), random.int(PROBES)];
    const other = subjectOfProbe(probe) === subject ? (subject + 1) % SUBJECTS : subject;
    return `${galleryTemplate(other)} ${probeTemplate(probe)} 0`;
  });
}

/** IJB-C's galleries hold one template of half of the people each. */
function galleries() {
  return ['G1', 'G2'].map((name, g) => {
    const subject = Int32Array.from({ length: SUBJECTS }, (_, s) => s).filter((s) => s % 2 === g);
    return { name, subject, template: subject.map(galleryTemplate) };
  });
}

function probes() {
  const probe = Int32Array.from({ length: PROBES }, (_, p) => p);
  return { name: 'probes', subject: probe.map(subjectOfProbe), template: probe.map(probeTemplate) };
}

function writeLines(path, count, line) {
  const file = openSync(path, 'w');
  let text = '';
  for (let i = 0; i < count; i++) {
    text += `${line(i)}\n`;
    if (text.length < 2 ** 20 && i + 1 < count) continue;
    writeSync(file, text);
    text = '';
  }
  closeSync(file);
}

/** A centre for each person and noise of different strength for each template: a network that is good and not perfect. */
function drawFaces() {
  const random = new Random(2);
  const noise = Float32Array.from({ length: 1 << 16 }, () => random.normal());
  const centres = Float32Array.from({ length: SUBJECTS * WIDTH }, () => random.normal());
  const data = new Float32Array(FACES * WIDTH);
  const template = new Int32Array(FACES);
  for (let face = 0; face < FACES; face++) {
    const own = face < SUBJECTS + PROBES ? face : random.int(SUBJECTS + PROBES);
    const isGallery = own < SUBJECTS;
    template[face] = isGallery ? galleryTemplate(own) : probeTemplate(own - SUBJECTS);
    const subject = isGallery ? own : subjectOfProbe(own - SUBJECTS);
    const strength = 2 + 10 * ((own * 0.618034) % 1);
    const from = random.int(noise.length);
    for (let i = 0; i < WIDTH; i++)
      data[face * WIDTH + i] = centres[subject * WIDTH + i] + strength * noise[(from + 509 * i) & 0xffff];
  }
  return {
    embeddings: { rows: FACES, cols: WIDTH, data },
    template,
    media: Int32Array.from(template, (_, face) => face >> 2),
    detectorScore: Float32Array.from(template, () => 0.5 + random.next() / 2),
  };
}

if (process.argv[1] === new URL(import.meta.url).pathname) await run();
