import { availableParallelism } from 'node:os';
import type { Verdict } from '@pocketnet/torch/self-test';
import { type Check, type Finding, messageOf } from './finding.js';

/** A libtorch to compile against, as found by native/libtorch.mjs of @pocketnet/torch. */
interface Libtorch {
  kind: string;
  version: string;
  libDir: string;
  cuda: boolean;
}

const install = 'Run `npm run setup`: it says what it installs. LIBTORCH=/path/to/libtorch names one of your own.';

export const engine: Check = async () => [await library(), ...(await loaded())];

async function library(): Promise<Finding> {
  const skipped: string[] = [];
  try {
    // Beside the built package: its search is a script of the set-up, no part of its API.
    const script = new URL('../native/libtorch.mjs', import.meta.resolve('@pocketnet/torch'));
    const { findLibtorch } = (await import(script.href)) as {
      findLibtorch(options: { onSkip(reason: string): void }): Libtorch | undefined;
    };
    const found = findLibtorch({ onSkip: (reason) => skipped.push(reason) });
    if (!found)
      return { name: 'libtorch', state: 'missing', text: ['not found.', ...skipped].join(' '), remedy: install };
    const { kind, version, libDir, cuda } = found;
    return {
      name: 'libtorch',
      state: 'ok',
      text: `${version} (${kind}) in ${libDir}, ${cuda ? 'with' : 'without'} CUDA`,
    };
  } catch (error) {
    return { name: 'libtorch', state: 'missing', text: messageOf(error), remedy: install };
  }
}

async function loaded(): Promise<Finding[]> {
  try {
    const { engineInfo } = await import('@pocketnet/torch');
    const { version, threads, cuda, capability, selfTest } = engineInfo();
    return [
      { name: 'engine', state: 'ok', text: `libtorch ${version}, loaded` },
      compared(selfTest),
      { name: 'device', state: 'ok', text: cuda ? 'cuda (or cpu)' : 'cpu' },
      {
        name: 'threads',
        state: 'ok',
        text: `${threads} by default; training uses ${availableParallelism()} unless configured`,
      },
      { name: 'cpu capability', state: 'ok', text: capability },
    ];
  } catch (error) {
    const { remedy = install } = error as { remedy?: string };
    return [{ name: 'engine', state: 'missing', text: messageOf(error), remedy }];
  }
}

/** Result of the engine's self-test on this processor. (An engine that computes wrong numbers in every setting is not loaded at all.) */
function compared(verdict: Verdict): Finding {
  if (verdict.state === 'untested') return { name: 'self-test', state: 'optional', text: verdict.reason };
  const agreement = `${verdict.cases} computations agree with plain loops (${Math.round(verdict.milliseconds)} ms when it was run)`;
  if (verdict.state === 'right') return { name: 'self-test', state: 'ok', text: agreement };
  const { faults, environment } = verdict;
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const wrong = `${faults[0]}${faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''}`;
  return { name: 'self-test', state: 'ok', text: `with ${settings.join(' ')}, ${agreement}; without, ${wrong}` };
}
