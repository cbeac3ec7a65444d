import { DataError, type Fault } from '../data-error.js';
import type { Job, Recipe } from './filler.js';
import type { Slot } from './slot.js';
import type { SkippedImage } from './stand-in.js';

/** What a worker thread starts with. */
export interface WorkerStart {
  recipe: Recipe;
  slots: readonly Slot[];
  /** Modules that add augmentations and sources to this thread's registries. */
  extensions: readonly string[];
}

/** What the loader sends to a worker. */
export interface Order {
  ticket: number;
  job: Job;
}

/** What it gets back when the slot is filled, or could not be. */
export interface Reply {
  ticket: number;
  skipped?: readonly SkippedImage[];
  failure?: Failure;
}

/** An error in a form that can be sent between threads: structured cloning drops the class and its fields. */
export interface Failure {
  fault?: Fault;
  message: string;
  stack?: string;
}

export function toFailure(error: unknown): Failure {
  if (error instanceof DataError) {
    const { file, record, reason, remedy, message } = error;
    return { fault: { file, record, reason, remedy }, message };
  }
  if (error instanceof Error) {
    return { message: error.message, ...(error.stack === undefined ? {} : { stack: error.stack }) };
  }
  return { message: String(error) };
}

export function toError({ fault, message, stack }: Failure): Error {
  if (fault !== undefined) return new DataError(fault);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
