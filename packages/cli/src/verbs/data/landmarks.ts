import { Option } from 'commander';

/** The option of every verb that opens the original folder of a benchmark. */
export const landmarksOption = (): Option =>
  new Option(
    '--landmarks <file.json>',
    'five points of a benchmark\'s photos, {"photo": {"landmarks": [[x, y], …]}, …}; unless said landmarks.json in its folder, then those that it ships',
  );
