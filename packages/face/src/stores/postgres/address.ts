/** The parts of an address of PostgreSQL. @throws RangeError where it is none; a password that stands in it is not repeated */
export function addressOf(address: string): URL {
  if (!URL.canParse(address))
    throw new RangeError(
      'The address of PostgreSQL cannot be read. Give postgres://user@host/database; in a password write %40 for @, %2F for / and %23 for #.',
    );
  return new URL(address);
}
