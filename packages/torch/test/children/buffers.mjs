// With --expose-gc: a lent buffer lives as long as a tensor or a view of it, and no longer.
import { setTimeout } from 'node:timers/promises';
import { fromArray, liveTensors, ops } from '@pocketnet/torch';

async function collected(reference) {
  // Never look at the reference and collect in one turn: a look keeps the target for that turn.
  for (let i = 0; i < 5; i++) {
    await setTimeout(2);
    globalThis.gc();
  }
  await setTimeout(2);
  return reference.deref() === undefined;
}

for (const Memory of [ArrayBuffer, SharedArrayBuffer]) {
  let view;
  const reference = (() => {
    const array = new Float32Array(new Memory(4 * 1024)).fill(3);
    const whole = fromArray(array, [32, 32]);
    view = ops.slice(whole, 0, 31, 32);
    whole.dispose();
    return new WeakRef(array);
  })();
  const early = await collected(reference);
  const values = view.toFloat32();
  view.dispose();
  const late = await collected(reference);
  console.log(
    `${Memory.name}: freed while in use ${early}, elements ${values.every((value) => value === 3)}, freed afterwards ${late}`,
  );
}

// With --harmony-rab-gsab-transfer on Node 20: memory under a tensor stays where it is.
const lent = new Float32Array(256).fill(5);
const borrower = fromArray(lent, [256]);
for (const method of ['transfer', 'transferToFixedLength']) {
  try {
    lent.buffer[method]();
    console.log(`${method} moved it`);
  } catch (error) {
    console.log(`${method}: ${error.message}`);
  }
}
globalThis.gc();
console.log(`still there: ${lent.length} ${borrower.toFloat32().every((value) => value === 5)}`);

// A tensor that was forgotten outside every scope is freed by the collector at last.
const before = liveTensors();
(() => {
  for (let i = 0; i < 100; i++) ops.zeros([10]);
})();
for (let i = 0; i < 50 && liveTensors() > before; i++) {
  globalThis.gc();
  await setTimeout(2);
}
console.log(`forgotten tensors left: ${liveTensors() - before}`);
