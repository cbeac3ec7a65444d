import { closeSync, openSync } from 'node:fs';
import { writeFully } from '@pocketnet/files/node';

/** What InsightFace's callback logs every so many steps. */
export interface TrainingLine {
  /** Images a second over all ranks. */
  speed: number;
  /** Mean loss since the line before. */
  loss: number;
  learningRate: number;
  /** 0-based. */
  epoch: number;
  /** Steps done. */
  step: number;
  /** 1 where nothing is scaled. */
  gradScale?: number;
  /** Hours to go. */
  hours: number;
}

/** What InsightFace's callback logs of one verification set; accuracies are fractions. */
export interface VerificationLine {
  set: string;
  step: number;
  /** Mean norm of the raw embeddings. */
  xNorm: number;
  accuracy: number;
  accuracyStd: number;
  /** The best accuracy of this set so far, this one included. */
  highest: number;
}

/**
 * `training.log` as arcface_torch writes it (utils/utils_logging.py and utils_callbacks.py), line by line, so that the
 * field's plotting scripts read ours. Each line goes to the file at once; a resumed run appends.
 */
export class TrainingLog {
  private readonly file: number;

  /** @param now for tests */
  constructor(
    path: string,
    private readonly now: () => Date = () => new Date(),
  ) {
    this.file = openSync(path, 'a');
  }

  /** Any message: a setting, a checkpoint, a warning. */
  message(text: string): void {
    writeFully(this.file, new TextEncoder().encode(`Training: ${logTime(this.now())}-${text}\n`));
  }

  training(line: TrainingLine): void {
    this.message(formatTrainingLine(line));
  }

  verification(line: VerificationLine): void {
    for (const text of formatVerificationLines(line)) this.message(text);
  }

  close(): void {
    closeSync(this.file);
  }
}

/** `Speed 1234.56 samples/sec   Loss 12.3456   LearningRate 0.1000   Epoch: 0   Global Step: 50   …` */
export function formatTrainingLine(line: TrainingLine): string {
  return [
    `Speed ${line.speed.toFixed(2)} samples/sec`,
    `Loss ${line.loss.toFixed(4)}`,
    `LearningRate ${line.learningRate.toFixed(4)}`,
    `Epoch: ${line.epoch}`,
    `Global Step: ${line.step}`,
    `Fp16 Grad Scale: ${(line.gradScale ?? 1).toFixed(0)}`,
    `Required: ${line.hours.toFixed(0)} hours`,
  ].join('   ');
}

/** The lines `[lfw][5686]XNorm: 12.65`, `…Accuracy-Flip: 0.93070+-0.01234` and `…Accuracy-Highest: 0.93070`. */
export function formatVerificationLines(line: VerificationLine): string[] {
  const where = `[${line.set}][${line.step}]`;
  return [
    `${where}XNorm: ${line.xNorm.toFixed(2)}`,
    `${where}Accuracy-Flip: ${line.accuracy.toFixed(5)}+-${line.accuracyStd.toFixed(5)}`,
    `${where}Accuracy-Highest: ${line.highest.toFixed(5)}`,
  ];
}

/** Local time as Python's logging prints it: `2026-11-24 00:00:00,123`. */
function logTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${time},${String(date.getMilliseconds()).padStart(3, '0')}`;
}
