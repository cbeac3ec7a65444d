import { spawnSync } from 'node:child_process';
import {
  type Machine,
  type MachineMaker,
  type OpenedPlan,
  type OpenOptions,
  openIn,
  PlanError,
} from '@pocketnet/engine';

const NO_IMAGE = 5;

/** Opens plans in driver.c's program: one process for each image. */
export function openByDriver(command: readonly string[], form: string) {
  const call = (
    plan: Uint8Array,
    sides: readonly [number, number],
    limits: readonly [number, number],
    kind: number,
    image: Uint8Array,
  ): DataView => {
    const head = Buffer.alloc(32);
    for (const [i, word] of [...sides, kind, plan.length].entries()) head.writeUInt32LE(word, 4 * i);
    for (const [i, limit] of limits.entries()) head.writeDoubleLE(limit, 16 + 8 * i);
    const input = Buffer.concat([head, plan, image]);
    const [program = '', ...words] = command;
    const { status, stdout, stderr, signal } = spawnSync(program, words, { input, maxBuffer: 1 << 28 });
    if (status !== 0) throw new Error(`${command.join(' ')} ended with ${signal ?? status}: ${stderr}`);
    return new DataView(stdout.buffer, stdout.byteOffset, stdout.length);
  };
  return async (bytes: Uint8Array, options: OpenOptions = {}): Promise<OpenedPlan> => {
    const plan = bytes.slice();
    const make: MachineMaker = (_, { height, width, limits }): Machine => {
      const bounds = [limits.bytes, limits.work] as const;
      const said = call(plan, [height, width], bounds, NO_IMAGE, new Uint8Array());
      const [code = 0, place = 0, index = 0] = [0, 4, 8].map((at) => said.getUint32(at, true));
      if (code !== 0 || said.byteLength === 12) throw new PlanError(code, place, index);
      const [rows = 0, columns = 0, , outputs = 0, arenaBytes = 0, work = 0] = Array.from({ length: 6 }, (_, i) =>
        said.getFloat64(12 + 8 * i, true),
      );
      const results = Array.from({ length: outputs }, (_, i) => {
        const [channels = 0, height = 0, width = 0, order] = [0, 1, 2, 3].map((w) =>
          said.getUint32(60 + 16 * i + 4 * w, true),
        );
        return { channels, height, width, channelsLast: order === 1 };
      });
      let given: Float32Array[] = [];
      const compute = (kind: number, image: ArrayBufferView): void => {
        const view = call(
          plan,
          [height, width],
          bounds,
          kind,
          new Uint8Array(image.buffer, image.byteOffset, image.byteLength),
        );
        let at = 60 + 16 * outputs;
        given = results.map((r) => {
          const from = at;
          at += 4 * r.channels * r.height * r.width;
          return Float32Array.from({ length: (at - from) / 4 }, (_, i) => view.getFloat32(from + 4 * i, true));
        });
      };
      return {
        ...{ form, arithmetic: 'float' as const, height: rows, width: columns, results, arenaBytes, work },
        computeFloats: (planes) => compute(0, planes),
        computeBytes: (pixels, perPixel) => compute(perPixel, pixels),
        copyResult: (index, to) => to.set(given[index] ?? []),
        close() {},
      };
    };
    return openIn(make, bytes, options);
  };
}
