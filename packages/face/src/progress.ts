import { printable } from './printable.js';

/** Where progress goes: `process.stderr`, or a stand-in. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface ProgressOptions {
  /** What is being done: `train`, `evaluate lfw`. */
  label: string;
  /** Units in all; absent where unknown. */
  total?: number;
  /** Units done before this process began (a resumed run); they do not count for the rate. */
  start?: number;
  /** What is counted, plural: `steps`, `images`. */
  unit?: string;
  /** Seconds between plain lines where there is no terminal. */
  interval?: number;
  stream?: ProgressStream;
  /** Milliseconds of a steady clock; for tests. */
  now?: () => number;
}

/** The progress of one long task: one line on a terminal, rewritten; elsewhere one plain line per interval. */
export interface Progress {
  /** Tells how far the task is, and values to show beside it (numbers in 4 significant digits). */
  update(done: number, values?: Readonly<Record<string, number | string>>): void;
  /** {@link update}, of a task that learns only now how much there is to do. */
  advance(done: number, total: number): void;
  /** Prints a message that stays, above the line. */
  note(text: string): void;
  /** Leaves a last line that stays; none where nothing was done, or there was one thing to do. */
  finish(): void;
}

/** The rate is of the last so many seconds, so that a slow start does not spoil the time left. */
const rateWindow = 60;
const redrawMilliseconds = 100;

/** Begins to show the progress of a task on stderr. */
export function startProgress(options: ProgressOptions): Progress {
  const { label, start = 0, unit = 'steps', interval = 10 } = options;
  const stream = options.stream ?? process.stderr;
  const now = options.now ?? (() => performance.now());
  const live = stream.isTTY === true;
  const every = live ? redrawMilliseconds : interval * 1000;
  const begun = now();
  let { total } = options;
  const samples = [{ time: begun, done: start }];
  let shown = live ? Number.NEGATIVE_INFINITY : begun;
  let current = { done: start, values: {} as Readonly<Record<string, number | string>> };

  const line = (): string => {
    const rate = rateOf(samples, current.done, now());
    const parts = [`${label} ${current.done}${total === undefined ? '' : `/${total}`} ${unit}`];
    if (total !== undefined && total > 0) parts.push(`${Math.floor((100 * current.done) / total)}%`);
    if (rate > 0) parts.push(`${rate.toPrecision(3)} ${unit}/s`);
    if (rate > 0 && total !== undefined) parts.push(`${formatDuration((total - current.done) / rate)} left`);
    for (const [name, value] of Object.entries(current.values)) parts.push(`${name} ${formatValue(value)}`);
    return parts.join(' · ');
  };
  const show = (): void => {
    shown = now();
    if (live) stream.write(`\r\x1b[K${line().slice(0, Math.max((stream.columns ?? 80) - 1, 20))}`);
    else stream.write(`${line()}\n`);
  };

  const progress: Progress = {
    advance(done, of) {
      total = of;
      progress.update(done);
    },
    update(done, values = {}) {
      current = { done, values };
      const time = now();
      if (time - shown < every) return;
      samples.push({ time, done });
      while (samples.length > 2 && time - (samples[1]?.time ?? time) > rateWindow * 1000) samples.shift();
      show();
    },
    note(text) {
      stream.write(`${live ? '\r\x1b[K' : ''}${printable(text)}\n`);
      if (live) show();
    },
    finish() {
      const seconds = (now() - begun) / 1000;
      const rate = (current.done - start) / Math.max(seconds, 1e-9);
      const values = Object.entries(current.values).map(([name, value]) => ` · ${name} ${formatValue(value)}`);
      if (current.done === start || total === 1) {
        if (live) stream.write('\r\x1b[K'); // what came of it, the result says
        return;
      }
      const text = `${label} ${current.done} ${unit} in ${formatDuration(seconds)} · ${rate.toPrecision(3)} ${unit}/s`;
      stream.write(`${live ? '\r\x1b[K' : ''}${text}${values.join('')}\n`);
    },
  };
  return progress;
}

/** `9s`, `4m 05s`, `3h 20m`, `2d 04h`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h ${two((whole % 3600) / 60)}m`;
  return `${Math.floor(whole / 86_400)}d ${two((whole % 86_400) / 3600)}h`;
}

function rateOf(samples: readonly { time: number; done: number }[], done: number, time: number): number {
  const first = samples[0];
  return first && time > first.time ? (1000 * (done - first.done)) / (time - first.time) : 0;
}

function formatValue(value: number | string): string {
  return typeof value === 'number' ? value.toPrecision(4) : value;
}
