import {
  type IjbFaces,
  type IjbFolder,
  type IjbLandmarks,
  type IjbListFile,
  type IjbPairs,
  openIjbFolder,
  readIjbFaces,
  readIjbLandmarks,
  readIjbList,
  readIjbPairs,
} from '@pocketnet/data';
import { type Problem, ProblemCounter, type TemplateList } from '@pocketnet/evaluate';

/** The lists of IJB-B or IJB-C, read and joined. */
export interface IjbFiles {
  readonly set: IjbFolder;
  readonly faces: IjbFaces;
  readonly landmarks: IjbLandmarks;
  /** Row of a face's landmarks, −1 where there are none. */
  readonly landmarkRow: (face: number) => number;
  /** Confidence of the detector, by face; NaN where there are no landmarks. */
  readonly detectorScore: Float32Array;
  readonly pairs: IjbPairs;
  readonly galleries: readonly TemplateList[];
  readonly probes?: TemplateList;
  readonly problems: readonly Problem[];
}

/**
 * Reads the meta files of a folder. The faces and their landmarks are joined line by line, as the field's scripts do; where the
 * names of a line differ, by name.
 *
 * @throws DataError that names file and line
 */
export function readIjbFiles(folder: string): IjbFiles {
  const set = openIjbFolder(folder);
  const faces = readIjbFaces(set.faces);
  const landmarks = readIjbLandmarks(set.landmarks);
  const pairs = readIjbPairs(set.pairs);
  const { landmarkRow, problems } = joinByLine(faces.names, landmarks.names);
  const readList = ({ name, file }: IjbListFile): TemplateList => ({ name, ...readIjbList(file) });
  const absent = new ProblemCounter('files of the 1:N protocol are missing, so it was left out');
  for (const file of set.missing) absent.add(() => file);
  return {
    set,
    faces,
    landmarks,
    landmarkRow,
    detectorScore: Float32Array.from(faces.names, (_, face) => landmarks.score[landmarkRow(face)] ?? Number.NaN),
    pairs,
    galleries: set.search?.galleries.map(readList) ?? [],
    ...(set.search && { probes: readList(set.search.probes) }),
    problems: [...problems, ...absent.found()],
  };
}

function joinByLine(faces: readonly string[], landmarks: readonly string[]) {
  const shifted = new ProblemCounter('faces whose line in the list of landmarks is of another image; joined by name');
  const without = new ProblemCounter('faces without landmarks, left out of their template');
  const unused = new ProblemCounter('landmarks of images that no face names');
  const rows = Int32Array.from(faces, (_, face) => face);
  const isJoined = faces.length === landmarks.length && faces.every((name, face) => landmarks[face] === name);
  if (!isJoined) {
    const byName = new Map(landmarks.map((name, row) => [name, row]));
    for (const [face, name] of faces.entries()) {
      const row = landmarks[face] === name ? face : (byName.get(name) ?? -1);
      if (row === -1) without.add(() => name);
      else if (row !== face) shifted.add(() => name);
      rows[face] = row;
    }
    const named = new Set(faces);
    for (const name of landmarks) if (!named.has(name)) unused.add(() => name);
  }
  return {
    landmarkRow: (face: number) => rows[face] ?? -1,
    problems: [...shifted.found(), ...without.found(), ...unused.found()],
  };
}
