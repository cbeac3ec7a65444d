import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  devkitCmc,
  devkitMatches,
  type MegaFaceReport,
  recallAt,
  releasedTprAtFpr,
  tprAtFpr,
} from '@pocketnet/evaluate';
import { writeFileAtomic } from '@pocketnet/files/node';

/** The figures of a MegaFace report, plain JSON. */
export interface MegaFaceFigures {
  readonly probes: number;
  readonly identities: number;
  readonly distractors: number;
  readonly trials: number;
  /** Trials whose mate scores exactly as high as a distractor. */
  readonly tied: number;
  readonly identification: readonly { readonly rank: number; readonly rate: number; readonly traditional: number }[];
  /** `released` is what PocketNet's script reads from the devkit's thinned curve; absent where the curve was not asked for. */
  readonly verification: readonly {
    readonly fpr: number;
    readonly tpr: number;
    readonly released?: number;
    readonly resolved: boolean;
  }[];
}

const RANKS = [1, 5, 10, 100, 1000];
const FPRS = [1e-6, 1e-5, 1e-4, 1e-3];

/** The figures that are published: rank-1 and TPR at FPR 1e-6, and their neighbours. */
export function megaFaceFigures(report: MegaFaceReport): MegaFaceFigures {
  const { probes, identities, distractors, rank, tied, cmc, traditionalCmc, verification } = report;
  const isWhole = verification.mostFalseAccepts >= verification.impostors;
  const curve = isWhole ? devkitCmc(report) : undefined;
  return {
    probes,
    identities,
    distractors,
    trials: rank.length,
    tied,
    identification: RANKS.filter((k) => k === 1 || k <= distractors).map((k) => ({
      rank: k,
      rate: recallAt(cmc, k),
      traditional: recallAt(traditionalCmc, k),
    })),
    verification: FPRS.filter((fpr) => isWhole || fpr * verification.impostors <= verification.mostFalseAccepts).map(
      (fpr) => {
        const { tpr, resolved } = tprAtFpr(verification, fpr);
        return { fpr, tpr, resolved, ...(curve && { released: releasedTprAtFpr(curve, fpr) }) };
      },
    ),
  };
}

/**
 * Writes a report in the devkit's layout, `cmc_facescrub_megaface_<algorithm>_<N>_<set>.json` and `matches_…`, and gives the paths.
 * @param algorithm the name of the network in the files' names, without a slash
 */
export function writeMegaFaceResults(folder: string, algorithm: string, report: MegaFaceReport, set = 1): string[] {
  if (!/^[^/\\]+$/.test(algorithm)) throw new Error(`${JSON.stringify(algorithm)} cannot be part of a file's name.`);
  mkdirSync(folder, { recursive: true });
  const contents = { cmc: devkitCmc(report), matches: devkitMatches(report) };
  return Object.entries(contents).map(([kind, content]) => {
    const path = join(folder, `${kind}_facescrub_megaface_${algorithm}_${report.distractors}_${set}.json`);
    writeFileAtomic(path, JSON.stringify(content));
    return path;
  });
}
