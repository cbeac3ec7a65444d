/** A file's bytes, and how far it has come. @throws an Error that names the file where it cannot be had */
export async function fetchBytes(address: string, onProgress: (got: number, of: number) => void): Promise<Uint8Array> {
  const name = address.split('/').at(-1) ?? address;
  const answer = await fetch(address).catch(() => undefined);
  if (!answer?.ok || !answer.body)
    throw new Error(`${name} could not be loaded (${answer?.status ?? 'no connection'}).`);
  // A compressed answer tells the compressed length: the share is then an estimate.
  const whole = Number(answer.headers.get('Content-Length') ?? 0);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let got = 0;
  const reader = answer.body.getReader();
  for (let piece = await reader.read(); piece.value; piece = await reader.read()) {
    pieces.push(piece.value);
    got += piece.value.length;
    onProgress(got, Math.max(got, whole));
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
