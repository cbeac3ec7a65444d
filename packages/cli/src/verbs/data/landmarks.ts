import { Option } from 'commander';

/** The option of every verb that opens a benchmark's original folder. */
export const landmarksOption = (): Option =>
  new Option(
    '--landmarks <file.json>',
    'five points per photo, {"photo": {"landmarks": [[x, y], …]}, …}; by default landmarks.json in the folder, or the points that the benchmark ships',
  );
