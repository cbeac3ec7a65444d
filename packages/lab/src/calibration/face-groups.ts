/** Labels of people in the names of a data set's files: a sibling below, listed in `faceGroups`. */
export interface FaceGroups {
  readonly name: string;
  /** What the names look like, for messages. */
  readonly names: string;
  /** The groups that a face belongs to by each grouping, from its name; undefined where the name is of another kind. */
  read(imageName: string): Readonly<Record<string, string>> | undefined;
}

/**
 * UTKFace: `age_gender_group_time`, as its authors labelled the faces, partly by estimate. Labels of a data set, not of the
 * people's own saying.
 */
const utkface: FaceGroups = {
  name: 'utkface',
  names: 'utkface/AGE_GENDER_GROUP_TIME.jpg',
  read(imageName) {
    const [, age, gender, group] = /(?:^|\/)(\d{1,3})_([01])_([0-4])_\d+/.exec(imageName) ?? [];
    if (age === undefined) return undefined;
    return { age: ageBand(Number(age)), gender: GENDERS[Number(gender)] ?? '', group: GROUPS[Number(group)] ?? '' };
  },
};

const GENDERS = ['male', 'female'];
const GROUPS = ['White', 'Black', 'Asian', 'Indian', 'other'];
const BANDS = [
  { from: 0, name: '0 to 19' },
  { from: 20, name: '20 to 29' },
  { from: 30, name: '30 to 39' },
  { from: 40, name: '40 to 59' },
  { from: 60, name: '60 and over' },
];

const ageBand = (age: number): string => BANDS.findLast(({ from }) => age >= from)?.name ?? '';

/** Every naming that is known. */
export const faceGroups: readonly FaceGroups[] = [utkface];
