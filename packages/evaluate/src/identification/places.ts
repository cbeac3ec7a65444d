/** The indices of each value in a list, ascending. */
export function placesOf<T>(values: ArrayLike<T>): Map<T, number[]> {
  const places = new Map<T, number[]>();
  for (let place = 0; place < values.length; place++) {
    const value = values[place] as T; // inside by the loop
    const known = places.get(value);
    if (known) known.push(place);
    else places.set(value, [place]);
  }
  return places;
}
