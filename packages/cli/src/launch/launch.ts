import { constants } from 'node:os';
import { environmentOf, type Layout } from './environment.js';
import { type Ending, Rank } from './rank.js';

export interface LaunchOptions {
  layout: Layout;
  /** A script for node and its arguments, the same for every rank. */
  command: readonly string[];
  /** Hold back rank 0's stdout until every rank has succeeded. */
  holdOutput?: boolean;
  /** Seconds that the other ranks have to end after one failed, before they are killed. */
  graceSeconds?: number;
  note?: (line: string) => void;
}

export interface LaunchResult {
  /** 0: every rank succeeded; 130: all stopped on request; 2: all reported wrong usage; otherwise 1. */
  code: 0 | 1 | 2 | 130;
  /** What went wrong; empty for code 0. */
  message: string;
  /** Rank 0's stdout, if it was held back. */
  stdout: string;
}

const GRACE_SECONDS = 5;

/**
 * Runs one process per rank of this machine and waits for all. If one fails, the others get SIGTERM, and SIGKILL after the grace
 * time. SIGINT and SIGTERM are passed on once each; the ranks then end by themselves.
 */
export async function launch(options: LaunchOptions): Promise<LaunchResult> {
  const { layout, command, holdOutput = false, graceSeconds = GRACE_SECONDS, note = () => {} } = options;
  const ranks = Array.from({ length: layout.nproc }, (_, local) => {
    const rank = layout.nodeRank * layout.nproc + local;
    const environment = environmentOf(layout, local, process.env);
    return new Rank({ rank, command, environment, output: rank > 0 ? 'prefixed' : holdOutput ? 'held' : 'through' });
  });
  const everyone = (signal: NodeJS.Signals): void => ranks.forEach((rank) => void rank.send(signal));

  let asked = false;
  const passOn = (signal: NodeJS.Signals): void => {
    asked = true;
    everyone(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, passOn);

  let killTimer: NodeJS.Timeout | undefined;
  const failures: Ending[] = []; // in the order of time: the first is the cause, the others may be its victims
  const watch = async (rank: Rank): Promise<void> => {
    const ending = await rank.exited;
    if (ending.code === 0 || (asked && wasAsked(ending))) return;
    failures.push(ending);
    if (killTimer) return;
    if (ranks.some((other) => other.isRunning)) note(`launch: ${described(ending)}; stopping the other ranks.`);
    everyone('SIGTERM');
    killTimer = setTimeout(() => everyone('SIGKILL'), graceSeconds * 1000);
  };
  try {
    await Promise.all(ranks.map(watch));
    const endings = await Promise.all(ranks.map((rank) => rank.ended));
    return { ...verdict(endings, failures, asked), stdout: ranks.map((rank) => rank.stdout).join('') };
  } finally {
    clearTimeout(killTimer);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, passOn);
    everyone('SIGKILL');
  }
}

/** Whether a rank stopped on request: exit code 130 of this command, or ended by the signal. */
const wasAsked = ({ code, signal }: Ending): boolean => code === 130 || signal === 'SIGINT' || signal === 'SIGTERM';

function verdict(
  endings: readonly Ending[],
  failures: readonly Ending[],
  asked: boolean,
): Omit<LaunchResult, 'stdout'> {
  const [first] = failures;
  if (first === undefined) {
    return asked && endings.some(({ code }) => code !== 0)
      ? { code: 130, message: 'Stopped, as asked.' }
      : { code: 0, message: '' };
  }
  const { lastLine = '' } = endings.find(({ rank }) => rank === first.rank) ?? {};
  const message = `${described(first)}${lastLine === '' ? '.' : `: ${lastLine}`}`;
  return { code: endings.every(({ code }) => code === 2) ? 2 : 1, message };
}

const described = ({ rank, code, signal }: Ending): string =>
  signal === null
    ? `rank ${rank} ended with exit code ${code}`
    : `rank ${rank} was killed by ${signal} (${constants.signals[signal]})`;
