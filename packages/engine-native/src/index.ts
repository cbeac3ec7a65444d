import {
  chosenArithmetic,
  type Machine,
  type MachineOptions,
  type OpenedPlan,
  type OpenOptions,
  openIn,
  PlanError,
} from '@pocketnet/engine';
import { ENUMS } from '@pocketnet/engine/plan';
import { type Addon, loadAddon } from './addon.js';
import { targetOf } from './target.js';

export { type NativeSearchOptions, openSearch } from './search.js';

export interface NativeOptions extends OpenOptions {
  /** An instruction set of {@link nativeForms}; unless said, the fastest that this machine has. */
  readonly form?: string;
}

/** The instruction sets that this machine can run, the fastest first. @throws an Error where the addon is not built */
export const nativeForms = (): string[] => loadAddon().targets();

/** Why the addon can't be used here; undefined where it can. */
export function nativeProblem(): string | undefined {
  try {
    return nativeForms().length > 0
      ? undefined
      : 'This processor has none of the instruction sets that it is built for.';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Opens a compiled network natively; otherwise like `openPlan` of `@pocketnet/engine`.
 *
 * @throws an Error that says what is wrong with the plan, the size or the addon
 */
export async function openPlan(bytes: Uint8Array, options: NativeOptions = {}): Promise<OpenedPlan> {
  const { addon, form, target } = targetOf(options.form);
  const arithmetic = chosenArithmetic(bytes, options, form);
  return openIn((plan, how) => nativeMachine(addon, form, target, plan, how), bytes, { ...options, arithmetic });
}

function nativeMachine(
  addon: Addon,
  form: string,
  target: number,
  bytes: Uint8Array,
  { height, width, arithmetic, limits }: MachineOptions,
): Machine {
  const opened = addon.open(bytes, target, height, width, ENUMS.arithmetic[arithmetic], limits.bytes, limits.work);
  if (Array.isArray(opened)) throw new PlanError(...opened);
  const { handle, ...shape } = opened;
  return {
    ...{ form, arithmetic },
    ...shape,
    computeFloats: (planes) => addon.run(handle, planes, 0),
    computeBytes: (pixels, perPixel) => addon.run(handle, pixels, perPixel),
    copyResult: (index, to) => addon.result(handle, index, to),
    close: () => addon.close(handle),
  };
}
