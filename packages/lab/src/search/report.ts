import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  heatMap,
  htmlReport,
  type LineAxis,
  type LineSeries,
  lineChart,
  type Report,
  type ReportFrame,
} from '@pocketnet/evaluate';
import { writeFileAtomic } from '@pocketnet/files/node';
import { type MetricsLine, readMetrics } from '../runs/index.js';
import { alphaColumns, type CellType } from '../search-space/alphas.js';
import { type AlphaValues, softmaxRow } from '../search-space/derive.js';

/** What the search wrote of an epoch in `genotypes/`. */
interface Epoch {
  epoch: number;
  genotype: string;
  skips: number;
  accuracy: number | undefined;
  /** Of the network of its cells: FLOPs, and predicted milliseconds where the search has a table. */
  flops: number | undefined;
  ms: number | undefined;
  alphas: Record<CellType, AlphaValues>;
  drawings: Record<CellType, string>;
}

const cellTypes = ['normal', 'reduce'] as const;
/** Of an edge whose shares are all alike. */
const evenEntropy = (): number => Math.log(alphaColumns().length);
const titles: Record<CellType, string> = { normal: 'Normal cells', reduce: 'Reduction cells' };

/**
 * Writes `report.html` into a search's folder, from what else lies there: the cells of every epoch under a slider, the shares of the
 * operations on every edge over time, entropy and losses. One page that stands alone.
 *
 * @returns its path; undefined before the first epoch has ended
 */
export function writeSearchReport(folder: string, about: { name: string; data: string }): string | undefined {
  const epochs = readEpochs(join(folder, 'genotypes'));
  const metrics = readMetrics(join(folder, 'metrics.jsonl'));
  if (epochs.length === 0) return undefined;
  const path = join(folder, 'report.html');
  writeFileAtomic(path, htmlReport(searchReport(about, epochs, metrics)));
  return path;
}

function readEpochs(folder: string): Epoch[] {
  const names = readdirSync(folder).flatMap((file) => /^(epoch-\d+)\.json$/.exec(file)?.[1] ?? []);
  return names.sort().map((name): Epoch => {
    const { genotype, alphas, scores } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
    const drawing = (cell: CellType): string => readFileSync(join(folder, `${name}-${cell}.svg`), 'utf8');
    const { epoch, skips, accuracy, flops, ms } = scores;
    return {
      epoch,
      genotype,
      skips,
      accuracy,
      flops,
      ms,
      alphas,
      drawings: { normal: drawing('normal'), reduce: drawing('reduce') },
    };
  });
}

function searchReport(
  { name, data }: { name: string; data: string },
  epochs: readonly Epoch[],
  metrics: readonly MetricsLine[],
): Report {
  const last = epochs.at(-1) as Epoch; // the caller has seen that there is one
  const ends = metrics.filter(({ kind }) => kind === 'epoch');
  const measured = ends.flatMap(({ accuracy }) => (typeof accuracy === 'number' ? [accuracy] : []));
  return {
    title: `${name}: a search of cells`,
    lead: `Differentiable architecture search on ${data}, after epoch ${last.epoch}.`,
    tiles: [
      { value: String(last.epoch), label: 'epochs' },
      {
        value: Number(ends.at(-1)?.entropyNormal).toFixed(2),
        label: `entropy of normal cells (${evenEntropy().toFixed(2)} at first)`,
      },
      { value: Number(ends.at(-1)?.entropyReduce).toFixed(2), label: 'entropy of reduction cells' },
      { value: String(last.skips), label: 'skip-connections in the normal cell' },
      ...(last.flops === undefined ? [] : [{ value: (last.flops / 1e6).toFixed(1), label: 'MFLOPs of its network' }]),
      ...(last.ms === undefined ? [] : [{ value: `${last.ms.toFixed(2)} ms`, label: 'an image, predicted' }]),
      ...(measured.length > 0
        ? [{ value: `${(100 * (measured.at(-1) ?? 0)).toFixed(1)} %`, label: "accuracy on α's half" }]
        : []),
    ],
    sections: [
      { heading: 'Derived cells, epoch by epoch', frames: epochs.map(frame) },
      {
        heading: 'Shares of the operations',
        text: 'Soft-maxed α of every edge, white for 0. An edge a → b goes from state a to node b; c_{k-2} and c_{k-1} are the outputs of the two cells before.',
        figure: cellTypes.map((cell) => sharesOverTime(cell, epochs)),
      },
      {
        heading: 'Losses and entropy',
        beside: [
          chart('Loss of the steps', '', metrics, 'search', {
            trainLoss: "weights' half",
            valLoss: "α's half",
          }),
          chart(
            "Mean entropy of an edge's shares",
            { label: '', domain: [0, evenEntropy() + 0.02] },
            metrics,
            'epoch',
            {
              entropyNormal: 'normal cells',
              entropyReduce: 'reduction cells',
            },
          ),
        ],
      },
      { heading: 'The genotype', text: last.genotype },
    ],
  };
}

function frame({ epoch, genotype, drawings, accuracy, skips, ...cost }: Epoch): ReportFrame {
  const measured = accuracy === undefined ? '' : `, accuracy on α's half ${(100 * accuracy).toFixed(1)} %`;
  return {
    name: `epoch ${epoch}`,
    text: `${skips} skip-connections in the normal cell${measured}${costText(cost)}. ${genotype}`,
    figures: cellTypes.map((cell) => ({ svg: drawings[cell], caption: titles[cell] })),
  };
}

const costText = ({ flops, ms }: Pick<Epoch, 'flops' | 'ms'>): string =>
  (flops === undefined ? '' : `, ${(flops / 1e6).toFixed(1)} MFLOPs`) +
  (ms === undefined ? '' : `, ${ms.toFixed(2)} ms`);

function sharesOverTime(cell: CellType, epochs: readonly Epoch[]): string {
  const nodes = epochs[0]?.alphas[cell] ?? [];
  const state = (from: number): string => (from < 2 ? `c_{k-${2 - from}}` : String(from - 2));
  const rows = nodes.flatMap((edges, node) => edges.map((_, from) => `${state(from)} → ${node}`));
  const shares = epochs.map(({ alphas }) => alphas[cell].flat().map(softmaxRow));
  return heatMap({
    title: titles[cell],
    width: 1180,
    height: 110 + 18 * rows.length,
    x: 'epoch',
    columns: epochs.map(({ epoch }) => epoch),
    rows,
    // Equal shares, as all are at first, are to look half full at most.
    most: Math.max(2 / alphaColumns().length, ...shares.flat(2)),
    panels: alphaColumns().map((name, k) => ({
      name,
      values: rows.map((_, edge) => shares.map((all) => all[edge]?.[k] ?? Number.NaN)),
    })),
  });
}

function chart(
  title: string,
  y: string | LineAxis,
  metrics: readonly MetricsLine[],
  kind: string,
  names: Readonly<Record<string, string>>,
): { svg: string } {
  const lines = metrics.filter((line) => line.kind === kind);
  const series = Object.entries(names).map(
    ([key, name]): LineSeries => ({
      name,
      x: lines.map(({ step }) => step),
      y: lines.map((line) => Number(line[key])),
    }),
  );
  return { svg: lineChart({ title, width: 540, height: 360, x: 'steps', y, series }) };
}
