import { closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { writeFileAtomic, writeFully } from '@pocketnet/files/node';

/** One line of `metrics.jsonl`: the step and what was measured there. */
export interface MetricsLine {
  step: number;
  [name: string]: number | string | boolean | null;
}

/**
 * Appends one JSON object per line to `metrics.jsonl`. A fresh run empties the file; a resumed one drops what was
 * written after the resumed step, and a half-written last line, so that every step stands there once.
 */
export class MetricsWriter {
  private readonly file: number;

  /** @param resumedStep the last step that the checkpoint has done; absent for a fresh run */
  constructor(path: string, resumedStep?: number) {
    const kept = resumedStep === undefined || !existsSync(path) ? [] : linesUpTo(path, resumedStep);
    writeFileAtomic(path, kept.map((line) => `${JSON.stringify(line)}\n`).join(''));
    this.file = openSync(path, 'a');
  }

  /** Writes a line at once. Numbers that JSON has no place for become the texts "NaN", "Infinity", "-Infinity". */
  write(line: MetricsLine): void {
    const text = JSON.stringify(line, (_, value) =>
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
    );
    writeFully(this.file, new TextEncoder().encode(`${text}\n`));
  }

  /** Syncs to the disk: call it before a checkpoint, so that the file never lacks a step that the checkpoint has. */
  sync(): void {
    fsyncSync(this.file);
  }

  close(): void {
    this.sync();
    closeSync(this.file);
  }
}

/** Every line of a metrics file. A half-written last line is left out; any other bad line is an error with its number. */
export function readMetrics(path: string): MetricsLine[] {
  const texts = readFileSync(path, 'utf8').split('\n');
  // Whole lines end with a newline, so that the last piece is empty, or what a killed process left.
  texts.pop();
  return texts.map((text, index) => {
    const line = parseLine(text);
    if (!line) throw new Error(`${path}: line ${index + 1} is not a JSON object with a "step"`);
    return line;
  });
}

function linesUpTo(path: string, step: number): MetricsLine[] {
  return readMetrics(path).filter((line) => line.step <= step);
}

function parseLine(text: string): MetricsLine | undefined {
  try {
    const line: unknown = JSON.parse(text);
    const isLine = typeof line === 'object' && line !== null && 'step' in line && typeof line.step === 'number';
    return isLine ? (line as MetricsLine) : undefined;
  } catch {
    return undefined;
  }
}
