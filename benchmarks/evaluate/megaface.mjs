import { MegaFaceSearch, plainProduct, tprAtFpr, wasmProduct } from '@pocketnet/evaluate';
import { torchProduct } from '@pocketnet/lab';

const BAR = { seconds: 120, bytes: 3 * 2 ** 30 };
const IDENTITIES = 80;
const WIDTH = 128;
const BLOCK = 10_000;
const MAKE = { torch: () => torchProduct, wasm: wasmProduct, plain: () => plainProduct };

/**
 * MegaFace at its real size on generated embeddings: 3,530 probes of 80 identities against 1,000,000 distractors of 128-d, all held
 * in memory as a network would have left them. Ranks, the whole ROC and the nearest distractors are counted.
 *
 * `args`: [--product torch|wasm|plain] [--distractors 1000000] [--probes 3530]
 */
export async function run(args = []) {
  const value = (name, otherwise) => (args.includes(name) ? args[args.indexOf(name) + 1] : otherwise);
  const product = value('--product', 'torch');
  const distractors = Number(value('--distractors', 1e6));
  const probes = Number(value('--probes', 3530));
  const identities = Array.from({ length: probes }, (_, i) => `person ${i % IDENTITIES}`);
  const faces = people(identities);
  const crowd = unit(distractors, normals(distractors * WIDTH, 2));

  const start = performance.now();
  const cpu = process.cpuUsage();
  const search = new MegaFaceSearch(faces, identities, { product: MAKE[product]() });
  for (let row = 0; row < distractors; row += BLOCK) search.add(rows(crowd, row, Math.min(row + BLOCK, distractors)));
  const report = search.result();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const peak = process.resourceUsage().maxRSS * 1024;

  const at = tprAtFpr(report.verification, 1e-6);
  console.log(`MegaFace: ${probes} probes, ${distractors} distractors of ${WIDTH}-d, product ${product}`);
  console.log(
    `rank-1 ${report.cmc.recall[0].toFixed(4)} of ${report.rank.length} trials, TPR@FPR=1e-6 ${at.tpr.toFixed(4)} (${at.falseAccepts} false accepts)`,
  );
  const passed = seconds <= BAR.seconds && peak <= BAR.bytes;
  console.log(
    `${passed ? 'passed' : 'FAILED'}: ${seconds.toFixed(1)} s (bar ${BAR.seconds}), ${((user + system) / 1e6).toFixed(1)} s of processor, peak ${(peak / 2 ** 30).toFixed(2)} GiB (bar 3)`,
  );
  return { passed, seconds, peak };
}

/** Images around their identity's direction, so that mates score from hardly to easily. */
function people(identities) {
  const centres = normals(IDENTITIES * WIDTH, 1);
  const noise = normals(identities.length * WIDTH, 3);
  const data = noise.map((value, i) => {
    const image = Math.floor(i / WIDTH);
    return centres[(image % IDENTITIES) * WIDTH + (i % WIDTH)] + (0.6 + 0.8 * ((image * 0.618) % 1)) * value;
  });
  return unit(identities.length, data);
}

function unit(count, data) {
  for (let row = 0; row < count; row++) {
    const vector = data.subarray(row * WIDTH, (row + 1) * WIDTH);
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    for (let k = 0; k < WIDTH; k++) vector[k] /= length;
  }
  return { rows: count, cols: WIDTH, data };
}

const rows = ({ cols, data }, from, to) => ({ rows: to - from, cols, data: data.subarray(from * cols, to * cols) });

/** Seeded, nearly normal: sums of four uniform numbers. */
function normals(count, seed) {
  const values = new Float32Array(count);
  let state = Math.imul(seed, 0x9e3779b9) | 1;
  for (let i = 0; i < count; i++) {
    let sum = -2;
    for (let k = 0; k < 4; k++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      sum += (state >>> 0) / 2 ** 32;
    }
    values[i] = sum * Math.sqrt(3);
  }
  return values;
}

if (process.argv[1] === new URL(import.meta.url).pathname) await run(process.argv.slice(2));
