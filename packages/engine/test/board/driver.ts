import { spawnSync } from 'node:child_process';
import {
  type Machine,
  type MachineOptions,
  type OpenedPlan,
  type OpenOptions,
  openIn,
  PlanError,
} from '@pocketnet/engine';
import { ENUMS } from '@pocketnet/engine/plan';

const NO_IMAGE = 5;

/** Opens plans in driver.c's program: one process for each image. */
export function openByDriver(command: readonly string[], form: string) {
  const call = (
    plan: Uint8Array,
    { height, width, arithmetic, limits }: MachineOptions,
    kind: number,
    image: Uint8Array,
  ): DataView => {
    const head = Buffer.alloc(40);
    const words = [height, width, kind, ENUMS.arithmetic[arithmetic], plan.length];
    for (const [i, word] of words.entries()) head.writeUInt32LE(word, 4 * i);
    for (const [i, limit] of [limits.bytes, limits.work].entries()) head.writeDoubleLE(limit, 24 + 8 * i);
    const input = Buffer.concat([head, plan, image]);
    const [program = '', ...rest] = command;
    const { status, stdout, stderr, signal } = spawnSync(program, rest, { input, maxBuffer: 1 << 28 });
    if (status !== 0) throw new Error(`${command.join(' ')} ended with ${signal ?? status}: ${stderr}`);
    return new DataView(stdout.buffer, stdout.byteOffset, stdout.length);
  };
  const make = (plan: Uint8Array, options: MachineOptions): Machine => {
    const said = call(plan, options, NO_IMAGE, new Uint8Array());
    const [code = 0, place = 0, index = 0] = [0, 4, 8].map((at) => said.getUint32(at, true));
    if (said.byteLength === 12) throw new PlanError(code, place, index);
    const [height = 0, width = 0, , outputs = 0, arenaBytes = 0, work = 0] = Array.from({ length: 6 }, (_, i) =>
      said.getFloat64(12 + 8 * i, true),
    );
    const results = Array.from({ length: outputs }, (_, i) => {
      const at = 60 + 16 * i;
      const [channels = 0, rows = 0, columns = 0, order] = [0, 4, 8, 12].map((byte) => said.getUint32(at + byte, true));
      return { channels, height: rows, width: columns, channelsLast: order === 1 };
    });
    let given: Float32Array[] = [];
    const compute = (kind: number, image: ArrayBufferView): void => {
      const view = call(plan, options, kind, new Uint8Array(image.buffer, image.byteOffset, image.byteLength));
      let at = 60 + 16 * outputs;
      given = results.map((r) => {
        const from = at;
        at += 4 * r.channels * r.height * r.width;
        return Float32Array.from({ length: (at - from) / 4 }, (_, i) => view.getFloat32(from + 4 * i, true));
      });
    };
    return {
      ...{ form, arithmetic: options.arithmetic, height, width, results, arenaBytes, work },
      computeFloats: (planes) => compute(0, planes),
      computeBytes: (pixels, perPixel) => compute(perPixel, pixels),
      copyResult: (index, to) => to.set(given[index] ?? []),
      close() {},
    };
  };
  return async (bytes: Uint8Array, options: OpenOptions = {}): Promise<OpenedPlan> => openIn(make, bytes, options);
}
