const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

let lastTime = 0;
let last: number[] = [];

/** A ULID: ten characters of the time in milliseconds and sixteen of chance; those made here sort as they were made. */
export function newId(clock = Date.now()): string {
  const now = Math.floor(clock);
  if (now > lastTime || last.length === 0) {
    lastTime = now;
    last = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte & 31);
    last[0] = (last[0] as number) & 15; // room to count upwards
  } else {
    for (let at = 15; at >= 0; at--) {
      last[at] = ((last[at] as number) + 1) & 31;
      if (last[at] !== 0) break;
    }
  }
  let time = '';
  for (let rest = lastTime, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) time = ALPHABET[rest % 32] + time;
  return time + last.map((digit) => ALPHABET[digit]).join('');
}
