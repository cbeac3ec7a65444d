import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReleaseCard } from '@pocketnet/lab/card';

/** A released network: its compiled plan, or ONNX where there is none, and its model card. */
export interface Released {
  path: string;
  card: ReleaseCard;
  /** Cosine that one in a thousand strangers reaches: by the plan's own calibration, else by the card; undefined where neither says. */
  threshold: number | undefined;
}

/** The folder of the released networks: `POCKETNET_MODELS`, or `models/` of this checkout. */
const modelsFolder = (): string =>
  process.env.POCKETNET_MODELS ?? fileURLToPath(new URL('../../../models', import.meta.url));

/** The default. */
const usual = 'pocketnet-s-128';

/** The default released network; undefined if none is installed. */
export async function usualReleased(): Promise<Released | undefined> {
  const folder = modelsFolder();
  if (!existsSync(folder)) return undefined;
  const names = readdirSync(folder).sort((a, b) => Number(b === usual) - Number(a === usual) || a.localeCompare(b));
  for (const name of names) {
    for (const ending of ['.pnet', '.onnx']) {
      const path = join(folder, name, `${name}${ending}`);
      const card = existsSync(path) ? await cardOf(path) : undefined;
      if (card) return { path, card, threshold: await thresholdOf(path, card) };
    }
  }
  return undefined;
}

/**
 * The model card in the metadata of an ONNX file or a plan; undefined if it has none, or one of an unknown form. `measured_as` names the file
 * whose rows of the card hold for a plan: that of the same numbers.
 */
export async function cardOf(path: string): Promise<ReleaseCard | undefined> {
  const [{ modelMetadata }, { readCard }, { kindOfFile }] = await Promise.all([
    import('@pocketnet/onnx'),
    import('@pocketnet/lab/card'),
    import('@pocketnet/lab/embedders'),
  ]);
  const kind = kindOfFile(path);
  if (kind !== 'onnx' && kind !== 'plan') return undefined;
  const { card, measured_as: measuredAs } = modelMetadata(readFileSync(path), path);
  return card === undefined ? undefined : readCard(card, measuredAs ?? basename(path));
}

async function thresholdOf(path: string, card: ReleaseCard): Promise<number | undefined> {
  const [{ modelMetadata }, { usualFmr, usualThreshold }, { ratesOf, readCalibration }] = await Promise.all([
    import('@pocketnet/onnx'),
    import('@pocketnet/lab/card'),
    import('pocketnet'),
  ]);
  const metadata = modelMetadata(readFileSync(path), path);
  const own = metadata.calibration === undefined ? undefined : readCalibration(metadata);
  return own ? ratesOf('', own).cosineFor(usualFmr).cosine : usualThreshold(card);
}

/** The network's name and licence, printed before it is used. */
export const licenceLine = ({ card }: Released): string => `${card.about.title}: ${card.about.licence}`;
