// node public.mjs SEED FROM TO JOURNAL: random calls of everything else that the package exports. Each must return or throw an Error.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from '@pocketnet/torch';
import { numbers, oddTensor, strangeValue } from './bad-values.mjs';
import { annotate, capMemory, openJournal, show } from './journal.mjs';
import { seeded } from './random.mjs';

const [seed, from, to] = process.argv.slice(2, 5).map(Number);
const journal = openJournal(process.argv[5]);
const folder = mkdtempSync(join(tmpdir(), 'pocketnet-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'bad.safetensors'), 'not a file of tensors');
writeFileSync(join(folder, 'bad.pth'), 'PK\x03\x04');
capMemory(1.5 * 2 ** 30);

const isClass = (value) => /^class\b/.test(Function.prototype.toString.call(value));

/** Every function and class that can be reached, by its path. What writes or runs forever by intent is left out. */
const targets = [];
const walk = (path, value) => {
  if (typeof value === 'function') targets.push([path, value]);
  else if (typeof value === 'object' && value !== null && path.split('.').length < 3) {
    for (const [name, inner] of Object.entries(value)) walk(`${path}.${name}`, inner);
  }
};
for (const [name, value] of Object.entries(torch)) if (name !== 'operators' && name !== 'ops') walk(name, value);

const makers = [
  () => new torch.nn.Linear(3, 2),
  () => new torch.nn.Conv2d(3, 4, 3),
  () => new torch.nn.BatchNorm2d(3),
  () => new torch.nn.PReLU(3),
  () => new torch.nn.Sequential(new torch.nn.Linear(3, 3), new torch.nn.ReLU()),
  () => new torch.nn.MaxPool2d(2, 2, 0),
  () => new torch.nn.AvgPool2d(2, 2, 0),
  () => torch.optim.sgd([torch.tensor([1, 2])], { lr: 0.1 }),
  () => torch.optim.adam([torch.tensor([1, 2])], { lr: 0.1 }),
  () => torch.ops.randn([2, 3, 4, 4]),
];

function* methodsOf(object) {
  for (let level = object; level && level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const name of Object.getOwnPropertyNames(level)) if (name !== 'constructor') yield name;
  }
}

function argument(random) {
  switch (random.below(9)) {
    case 0:
      return strangeValue(random);
    case 1:
      return random.pick(numbers);
    case 2:
      return random.pick([1, 2, 3, 8]);
    case 3:
      return oddTensor(random);
    case 4:
      return Array.from({ length: random.below(4) }, () => random.pick([1, 2, 3, ...numbers.slice(0, 9)]));
    case 5:
      return Array.from({ length: random.below(3) }, () => oddTensor(random));
    case 6:
      return join(
        folder,
        random.pick(['bad.safetensors', 'bad.pth', 'none.pth', 'none.safetensors', 'x.txt', '\0', '']),
      );
    case 7:
      return random.pick([
        { lr: random.pick(numbers) },
        { stride: 0 },
        { groups: random.pick(numbers) },
        new Map([['x', 1]]),
        new Map([['momentum.0', 3]]),
        new Uint8Array(9),
        new Float32Array(6),
        'float32',
        'cpu',
      ]);
    default:
      return random.pick([
        () => random.pick(numbers),
        () => {
          throw new Error('thrown by a body');
        },
        async () => 1,
      ]);
  }
}

for (let i = from; i < to; i++) {
  const random = seeded(Math.imul(seed, 0x9e3779b1) ^ Math.imul(i, 0x85ebca6b));
  random.next();
  const run = () => {
    const values = Array.from({ length: random.below(5) }, () => argument(random));
    annotate(values);
    let path;
    let call;
    if (random.chance(0.5)) {
      const [name, target] = random.pick(targets);
      path = name;
      call = () => (isClass(target) ? new target(...values) : target(...values));
    } else {
      const object = random.pick(makers)();
      const name = random.pick([...methodsOf(object)]);
      path = `${object.constructor.name}.${name}`;
      call = () => {
        const member = object[name];
        if (typeof member === 'function') return Reflect.apply(member, object, values);
        if (name !== 'handle' && random.chance(0.5)) object[name] = values[0];
        return member;
      };
    }
    journal(`seed ${seed} call ${i}: ${path}(${show(values)})`);
    try {
      const result = call();
      if (result instanceof Promise) result.catch(() => {});
      else if (typeof result?.next === 'function') for (const [k] of [...result].entries()) if (k > 100) break;
      if (result?.isTensor) String(result);
    } catch (error) {
      if (!(error instanceof Error) || error.message === '') {
        console.log(`seed ${seed} call ${i}: ${path}(${show(values)}) threw ${error?.stack ?? error}`);
        process.exitCode = 1;
      }
    }
  };
  torch.scope(run);
}
torch.setThreads(1);
if (torch.ops.sum(torch.ops.ones([3])).item() !== 3) throw new Error('the engine no longer adds');
console.log(`${to - from} calls of ${targets.length} exports, seed ${seed}`);
