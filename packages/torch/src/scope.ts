import { type Handle, native } from './native.js';

/**
 * Tensors are freed by scope, not by the garbage collector: it sees a few bytes of JavaScript and knows nothing of the megabytes
 * behind them. `open` holds, innermost last, what each running scope has made.
 */
const open: Set<Handle>[] = [];

/** The safety net for tensors made outside every scope and then forgotten. */
const forgotten = new FinalizationRegistry<number>((handle) => native.free(Float64Array.of(handle)));

/** Enters a new tensor into the innermost scope. */
export function adopt(tensor: Handle): void {
  const scope = open.at(-1);
  if (scope) scope.add(tensor);
  else forgotten.register(tensor, tensor.handle, tensor);
}

/** Takes a tensor out of every scope: it lives until it is disposed of, or forgotten. */
export function keep<T extends Handle>(tensor: T): T {
  for (const scope of open) {
    if (scope.delete(tensor)) {
      forgotten.register(tensor, tensor.handle, tensor);
      break;
    }
  }
  return tensor;
}

/** Gives up a tensor object without freeing what it stands for: another object takes its handle over. */
export function surrender(tensor: Handle): number {
  forgotten.unregister(tensor);
  for (const scope of open) scope.delete(tensor);
  return tensor.handle;
}

/** Frees one tensor now. */
export function dispose(tensor: Handle): void {
  forgotten.unregister(tensor);
  for (const scope of open) scope.delete(tensor);
  native.free(Float64Array.of(tensor.handle));
}

/** Something that is made of tensors, such as a module. */
export interface HoldsTensors {
  heldTensors(): Iterable<Handle>;
}

function* tensorsIn(value: unknown, seen = new Set<object>()): Generator<Handle> {
  if (typeof value !== 'object' || value === null || seen.has(value) || ArrayBuffer.isView(value)) return;
  seen.add(value);
  if ('handle' in value && 'isTensor' in value) yield value as Handle;
  else if ('heldTensors' in value) yield* (value as HoldsTensors).heldTensors();
  else if (value instanceof Map || value instanceof Set || Array.isArray(value)) {
    for (const element of value) yield* tensorsIn(element, seen);
  } else for (const element of Object.values(value)) yield* tensorsIn(element, seen);
}

/**
 * Runs a body and frees every tensor that it made, except those found in what it returns (a tensor, a module, or arrays, maps and
 * plain objects of them): these pass on to the scope around it.
 * @throws what the body throws, after freeing; and an Error for an asynchronous body, whose tensors would be freed under its hands.
 */
export function scope<T>(body: () => T): T {
  const made = new Set<Handle>();
  open.push(made);
  let result: T;
  try {
    result = body();
    if (result instanceof Promise) {
      result.catch(() => {}); // it is about to fail on freed tensors: that failure is this one
      throw new Error(
        'scope() takes a synchronous body: its tensors are freed when it returns, before a promise settles.',
      );
    }
  } catch (error) {
    open.pop();
    free(made);
    throw error;
  }
  open.pop();
  try {
    for (const tensor of tensorsIn(result)) if (made.delete(tensor)) adopt(tensor);
  } finally {
    free(made);
  }
  return result;
}

function free(tensors: Set<Handle>): void {
  const handles = new Float64Array(tensors.size);
  let i = 0;
  for (const tensor of tensors) handles[i++] = tensor.handle;
  native.free(handles);
}

/** How many tensors are alive: for tests and for finding leaks. */
export const liveTensors = (): number => native.liveTensors();
