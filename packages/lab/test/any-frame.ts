import { type Frame, preprocessings, stems } from '@pocketnet/lab';
import fc from 'fast-check';

/** Frames of every kind for a network of that width. */
export const anyFrame = ({ channels }: { channels: number }): fc.Arbitrary<Frame> =>
  fc.record({
    channels: fc.constant(channels),
    cells: fc.oneof(
      fc.integer({ min: 3, max: 6 }),
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 2 }),
    ),
    stemMultiplier: fc.integer({ min: 1, max: 4 }),
    stem: fc.constantFrom(...stems.names),
    preprocessing: fc.constantFrom(...preprocessings.names),
    join: fc.constantFrom('concat', 'sum'),
  });
