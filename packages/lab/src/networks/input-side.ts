/**
 * Side of the map that is left of an image after four halvings, each of which rounds up: 7 of 112.
 * @throws an Error that names the input, unless it is a whole number from 16
 */
export function sideAfterFourHalvings(input: number): number {
  if (!Number.isInteger(input) || input < 16)
    throw new Error(
      `An input of ${input} pixels does not fit this network: its side is a whole number from 16 on, such as 112.`,
    );
  return Math.ceil(input / 16);
}
