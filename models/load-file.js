/** How every plan begins. */
const MAGIC = 'PNET';

/**
 * The bytes of a model that lies beside its module: read from the disk in Node, fetched elsewhere.
 *
 * @param {URL} address
 * @returns {Promise<Uint8Array>}
 * @throws {Error} that says what is in the model's place, and what to do
 */
export async function loadFile(address) {
  const bytes = address.protocol === 'file:' ? await readFromDisk(address) : await fetched(address);
  if (MAGIC.split('').some((letter, i) => bytes[i] !== letter.charCodeAt(0)))
    throw new Error(`At ${address} there is no model. ${REMEDY}`);
  return bytes;
}

const REMEDY =
  "Bundlers copy it where they see new URL('….pnet', import.meta.url); serve it beside them where they do not.";

async function readFromDisk(address) {
  const { readFile } = await import(/* @vite-ignore */ /* webpackIgnore: true */ 'node:fs/promises');
  try {
    return new Uint8Array(await readFile(address));
  } catch (cause) {
    throw new Error(`The model ${address} cannot be read (${cause.code}). ${REMEDY}`, { cause });
  }
}

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`The model ${address} cannot be fetched (${answer.status}). ${REMEDY}`);
  return new Uint8Array(await answer.arrayBuffer());
}
