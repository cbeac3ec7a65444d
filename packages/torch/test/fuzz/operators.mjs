// node operators.mjs SEED FROM TO JOURNAL [NAME]: calls of every wrapped operator with one argument or a few gone bad. Each must return, or throw
// an Error that names the operator. Call i depends on the seed and i alone, so `FROM = i, TO = i + 1` repeats it.
import { backward, liveTensors, noGrad, operators, ops, scope } from '@pocketnet/torch';
import { spoil } from './bad-values.mjs';
import { annotate, capMemory, openJournal, show } from './journal.mjs';
import { seeded } from './random.mjs';
import { maker, samples } from './samples.mjs';

const [seed, from, to] = process.argv.slice(2, 5).map(Number);
const journal = openJournal(process.argv[5]);
const names = process.argv[6] ? [process.argv[6]] : [...operators.keys()].sort().filter(exists);
if (!process.env.FUZZ_NO_CAP) capMemory(1.5 * 2 ** 30);

function exists(name) {
  try {
    return operators.get(name).resolve() !== undefined;
  } catch (error) {
    console.log(error.message);
    return false;
  }
}

const before = liveTensors();
let returned = 0;
let thrown = 0;
for (let i = from; i < to; i++) {
  const random = seeded(Math.imul(seed, 0x9e3779b1) ^ Math.imul(i, 0x85ebca6b));
  random.next();
  const name = names[i % names.length];
  const operator = operators.get(name);
  scope(() => {
    const schema = operator.resolve().arguments;
    const sample = samples[name]?.(maker(random, random.chance(0.6) ? 'float32' : 'float64')) ?? [];
    const values = random.chance(0.2)
      ? schema.slice(0, sample.length + random.below(3)).map((_, k) => sample[k])
      : sample;
    const times = random.pick([0, 1, 1, 1, 1, 2, 3]);
    if (random.chance(0.3))
      for (const value of values) if (value?.isTensor && value.dtype.startsWith('float')) value.requiresGrad = true;
    for (let k = 0; k < times && values.length > 0; k++) {
      const at = random.below(values.length);
      values[at] = spoil(random, values[at], schema[at]?.type ?? 'int');
    }
    if (random.chance(0.03)) values.push(...new Array(random.below(40)).fill(1));
    annotate(values);
    journal(`seed ${seed} call ${i}: ${name}(${show(values)})`);
    const body = () => operator(...values);
    try {
      const result = random.chance(0.7) ? body() : noGrad(body);
      returned++;
      if (result?.isTensor) {
        journal(`seed ${seed} call ${i}: reading the result of ${name}(${show(values)})`);
        if (result.size < 1e5) result.toArray();
        if (result.requiresGrad && result.size < 1e7) {
          journal(`seed ${seed} call ${i}: backward of ${name}(${show(values)})`);
          backward(ops.sum(result));
        }
      }
    } catch (error) {
      thrown++;
      const known =
        error instanceof Error &&
        (error.message.includes(name.split('.')[0].replace(/^.*::/, '')) ||
          /a getter|an element|backward|toBuffer|aten::sum/.test(error.message));
      if (!known) {
        console.log(`seed ${seed} call ${i}: ${name}(${show(values)}) threw ${error?.stack ?? error}`);
        process.exitCode = 1;
      }
    }
  });
}
if (liveTensors() !== before) {
  console.log(`seed ${seed}: ${liveTensors() - before} tensors were left behind`);
  process.exitCode = 1;
}
console.log(`${to - from} calls, seed ${seed}: ${returned} returned, ${thrown} threw`);
