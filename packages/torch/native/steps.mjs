// Making one file at a time, and only when what it is made from has changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { run } from './compiler.mjs';

/**
 * A file to make: the command that makes it, and what decides whether it has to be made again.
 *
 * @typedef {object} Step
 * @property {string} label What has been done once it is made.
 * @property {string} target
 * @property {string[]} command Without its output, which is written aside and then renamed.
 * @property {() => string[]} inputs Files whose contents decide; asked anew after the command has run.
 * @property {string} context Everything else that decides: compiler, library, processor.
 */

/** A torch source takes half a gigabyte to compile; three times that per job leaves room. */
const BYTES_PER_JOB = 1.5 * 2 ** 30;

/**
 * Whether the target was made from just these inputs, by just this command, in this context.
 *
 * @param {Step} step
 */
export function isFresh(step) {
  if (!existsSync(step.target) || !existsSync(stampOf(step))) return false;
  return readFileSync(stampOf(step), 'utf8') === digestOf(step);
}

/**
 * @param {Step} step
 * @param {(line: string) => void} log
 */
export async function perform(step, log) {
  const started = performance.now();
  const aside = `${step.target}.${process.pid}`;
  mkdirSync(dirname(step.target), { recursive: true });
  rmSync(stampOf(step), { force: true });
  try {
    await run([...step.command, '-o', aside]);
    renameSync(aside, step.target);
  } finally {
    rmSync(aside, { force: true });
  }
  writeFileSync(stampOf(step), digestOf(step));
  log(`${step.label} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/**
 * Performs steps that do not need each other, as many at a time as there are cores and memory (or JOBS says).
 *
 * @param {Step[]} steps
 * @param {(line: string) => void} log
 */
export async function performAll(steps, log) {
  const waiting = [...steps];
  const fitting = Math.min(availableParallelism(), Math.floor(totalmem() / BYTES_PER_JOB));
  const jobs = Math.max(1, Number(process.env.JOBS) || fitting);
  const worker = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) await perform(step, log);
  };
  await Promise.all(Array.from({ length: Math.min(jobs, waiting.length) }, worker));
}

function stampOf(step) {
  return `${step.target}.stamp`;
}

function digestOf(step) {
  const hash = createHash('sha256').update(JSON.stringify([step.command, step.context]));
  for (const input of step.inputs())
    hash.update(`\0${input}\0`).update(existsSync(input) ? readFileSync(input) : 'missing');
  return hash.digest('hex');
}
