import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DataError } from '../data-error.js';

/** Where the files of IJB-B or IJB-C lie, as the InsightFace test pack names them. */
export interface IjbFolder {
  readonly name: 'IJB-B' | 'IJB-C';
  readonly folder: string;
  /** The face crops, `1.jpg` and so on. */
  readonly crops: string;
  readonly faces: string;
  readonly landmarks: string;
  readonly pairs: string;
  /** The lists of the 1:N protocol, where all of them are there. */
  readonly search?: { readonly galleries: readonly IjbListFile[]; readonly probes: IjbListFile };
  /** Files of the 1:N lists that are missing. */
  readonly missing: readonly string[];
}

export interface IjbListFile {
  /** G1 and G2 (IJB-C), S1 and S2 (IJB-B), probes. */
  readonly name: string;
  readonly file: string;
}

const SETS = [
  { name: 'IJB-B', prefix: 'ijbb', galleries: ['S1', 'S2'] },
  { name: 'IJB-C', prefix: 'ijbc', galleries: ['G1', 'G2'] },
] as const;

/**
 * Finds IJB-B or IJB-C in `folder`, which holds `meta/` and `loose_crop/`. Which of the two it is, the names in `meta/` say.
 * @throws DataError that names the files that are missing
 */
export function openIjbFolder(folder: string): IjbFolder {
  const meta = (name: string) => join(folder, 'meta', name);
  const set = SETS.find(({ prefix }) => existsSync(meta(`${prefix}_face_tid_mid.txt`)));
  if (set === undefined)
    throw new DataError({
      file: folder,
      reason: 'holds neither meta/ijbb_face_tid_mid.txt nor meta/ijbc_face_tid_mid.txt',
      remedy: 'Name the folder IJBB or IJBC of the test pack, which holds meta and loose_crop',
    });
  const { name, prefix } = set;
  const pairs = meta(`${prefix}_template_pair_label.txt`);
  if (!existsSync(pairs)) throw new DataError({ file: pairs, reason: 'does not exist', remedy: 'Copy it again' });
  const galleries = set.galleries.map((gallery) => ({
    name: gallery,
    file: meta(`${prefix}_1N_gallery_${gallery}.csv`),
  }));
  const probes = { name: 'probes', file: meta(`${prefix}_1N_probe_mixed.csv`) };
  const missing = [...galleries, probes].filter(({ file }) => !existsSync(file)).map(({ file }) => basename(file));
  return {
    name,
    folder,
    crops: join(folder, 'loose_crop'),
    faces: meta(`${prefix}_face_tid_mid.txt`),
    landmarks: meta(`${prefix}_name_5pts_score.txt`),
    pairs,
    ...(missing.length === 0 && { search: { galleries, probes } }),
    missing,
  };
}
