import { closeSync, fsyncSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeFully } from '@pocketnet/files/node';
import { decodeEvent, type EventContent, encodeEvent, type LogEvent } from './tensorboard-event.js';
import { decodeRecords, encodeRecord } from './tfrecord.js';

export type { EventContent, LogEvent } from './tensorboard-event.js';

export interface TensorBoardOptions {
  /** Where the run goes on from: TensorBoard then forgets what the folder holds of later steps. */
  resumedStep?: number;
  /** Seconds since 1970; for tests. */
  now?: () => number;
}

/**
 * Writes scalars and texts as a TensorBoard event file, `events.out.tfevents.<time>.<host>`, into a folder. Each writer
 * makes its own file, as TensorBoard expects; together they are the run. Events are kept until `flush`.
 */
export class TensorBoardWriter {
  readonly path: string;
  private readonly file: number;
  private readonly now: () => number;
  private pending: Uint8Array[] = [];

  constructor(folder: string, { resumedStep, now = () => Date.now() / 1000 }: TensorBoardOptions = {}) {
    this.now = now;
    [this.path, this.file] = createEventFile(folder, Math.floor(now()));
    this.add(0, { kind: 'version' });
    if (resumedStep !== undefined) this.add(resumedStep + 1, { kind: 'restart' });
    this.flush();
  }

  /** One point of a curve; `tag` names it, with slashes for groups (`train/loss`). NaN and infinities are kept. */
  scalar(tag: string, value: number, step: number): void {
    this.add(step, { kind: 'scalar', tag, value });
  }

  /** A text, shown as Markdown. */
  text(tag: string, text: string, step: number): void {
    this.add(step, { kind: 'text', tag, text });
  }

  /** Hands what was added to the operating system: a killed process loses no flushed event. */
  flush(): void {
    for (const record of this.pending) writeFully(this.file, record);
    this.pending = [];
  }

  /** Flushes, syncs to the disk and closes. */
  close(): void {
    this.flush();
    fsyncSync(this.file);
    closeSync(this.file);
  }

  private add(step: number, content: EventContent): void {
    this.pending.push(encodeRecord(encodeEvent({ time: this.now(), step, content })));
  }
}

/** The events of one file in its order. An unfinished last record is left out; a damaged one is an error. */
export function readEvents(path: string): LogEvent[] {
  return decodeRecords(readFileSync(path), path).flatMap(decodeEvent);
}

/** The curve of one tag over all the event files of a folder, as TensorBoard shows it after restarts. */
export function readScalars(folder: string, tag: string): { step: number; value: number }[] {
  let points: { step: number; value: number }[] = [];
  for (const name of readdirSync(folder).filter(isEventFile).sort(byTime)) {
    for (const { step, content } of readEvents(join(folder, name))) {
      if (content.kind === 'restart') points = points.filter((point) => point.step < step);
      if (content.kind === 'scalar' && content.tag === tag) points.push({ step, value: content.value });
    }
  }
  return points;
}

/** A second writer in the same second gets `.1` and so on behind the host, and sorts after the first. */
function createEventFile(folder: string, time: number): [string, number] {
  for (let attempt = 0; ; attempt++) {
    const suffix = attempt === 0 ? '' : `.${attempt}`;
    const path = join(folder, `events.out.tfevents.${time}.${hostname()}${suffix}`);
    try {
      return [path, openSync(path, 'ax')];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function isEventFile(name: string): boolean {
  return name.startsWith('events.out.tfevents.');
}

function byTime(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
