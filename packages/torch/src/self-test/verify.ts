import { existsSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { processorIdentity, processorName } from './machine.js';
import { cacheFolder, nameOf, recall, remember } from './remembered.js';
import { type Outcome, runSelfTest } from './run.js';
import { asAssignments, type WayAround, waysAround } from './ways-around.js';

/** What is known of the engine on this processor. */
export type Verdict =
  | { state: 'right'; version: string; cases: number; milliseconds: number }
  /** It computes wrong as it is and right with these environment variables, which are set. */
  | { state: 'mended'; version: string; cases: number; milliseconds: number; faults: string[]; environment: WayAround }
  | { state: 'untested'; reason: string };

type Found = Verdict | { state: 'wrong'; version: string; faults: string[] };

/** The engine gives wrong numbers here, and no way around helps. */
export class WrongNumbersError extends Error {
  override name = 'WrongNumbersError';
  readonly remedy =
    'Build the addon against another libtorch: `LIBTORCH=/path/to/libtorch npm run setup`, where `pip install torch` brings one. ' +
    'POCKETNET_SELF_TEST=off goes on with this one all the same.';
}

export interface Place {
  addon: string;
  /** The program that runs the self-test (report.ts) and the files that it consists of. */
  program: string;
  parts: readonly string[];
  /** Read, and changed where it takes a way around. */
  environment: Record<string, string | undefined>;
  say(sentence: string): void;
}

/** Variables by which these libraries choose their kernels, or the loader chooses these libraries. */
const choosing = /^(ONEDNN|DNNL|OPENBLAS|MKL|ATEN|LD)_/;

/**
 * Makes sure, before libtorch is loaded, that it computes right on this processor: runs the self-test once for a processor, a library and an
 * addon, remembers the outcome, and sets the environment variables of a way around where it takes one.
 * @throws WrongNumbersError when the results are wrong whatever is tried
 */
export function verifyEngine(place: Place): Verdict {
  const { addon, program, parts, environment, say } = place;
  if (environment.POCKETNET_SELF_TEST === 'off') return { state: 'untested', reason: 'POCKETNET_SELF_TEST is off.' };
  if (!existsSync(addon)) return { state: 'untested', reason: `${addon} is not there.` };
  const folder = cacheFolder(environment);
  const chosen = Object.entries(environment).filter(([name]) => choosing.test(name));
  const name = nameOf([addon, processorIdentity(), ...chosen.sort().flat().map(String)]);
  let verdict = recall<Found>(folder, name);
  if (!verdict) {
    const found = examine(program, environment);
    verdict = found.verdict;
    if (verdict.state !== 'untested') remember(folder, name, verdict, [addon, program, ...parts, ...found.libraries]);
    if (verdict.state === 'mended')
      say(
        `${sentenceOf(verdict)} With ${asAssignments(verdict.environment)} all is right, and so it is set from now on.`,
      );
    if (verdict.state === 'untested') say(`The self-test of libtorch could not be run: ${verdict.reason}`);
  }
  if (verdict.state === 'wrong') throw refusal(verdict);
  if (verdict.state === 'mended') apply(verdict.environment, environment);
  return verdict;
}

type Ran = Extract<Outcome, { version: string }>;

function examine(program: string, environment: Place['environment']): { verdict: Found; libraries: string[] } {
  const first = runSelfTest(program, environment);
  if (first.state === 'unknown') return { verdict: { state: 'untested', reason: first.reason }, libraries: [] };
  const { version, faults } = first;
  if (first.state === 'right') return { verdict: { state: 'right', ...measured(first) }, libraries: first.libraries };
  for (const way of waysAround) {
    const again = runSelfTest(program, { ...environment, ...way });
    if (again.state === 'right')
      return { verdict: { state: 'mended', ...measured(again), faults, environment: way }, libraries: again.libraries };
  }
  return { verdict: { state: 'wrong', version, faults }, libraries: first.libraries };
}

const measured = ({ version, cases, milliseconds }: Ran) => ({ version, cases, milliseconds });

/** `libtorch 2.6.0 computes wrong on this processor (AMD EPYC): …` */
export function sentenceOf({ version, faults }: { version: string; faults: readonly string[] }): string {
  const others = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return `libtorch ${version} computes wrong on this processor (${processorName()}): ${faults[0]}${others}.`;
}

function refusal(verdict: Extract<Found, { state: 'wrong' }>): WrongNumbersError {
  const tried = waysAround.map(asAssignments).join('; ');
  const error = new WrongNumbersError();
  error.message = `${sentenceOf(verdict)} ${tried ? `None of these helps: ${tried}.` : ''} ${error.remedy}`;
  return error;
}

/** A worker's `process.env` is a copy, which the library does not see. */
function apply(way: WayAround, environment: Place['environment']): void {
  for (const [name, value] of Object.entries(way)) {
    if (environment[name] === value) continue;
    if (!isMainThread)
      throw new Error(
        `libtorch computes right on this processor only with ${asAssignments(way)}, which a worker cannot set: ` +
          'import @pocketnet/torch on the main thread first.',
      );
    environment[name] = value;
  }
}
