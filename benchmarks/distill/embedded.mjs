import { flipSum } from '@pocketnet/evaluate';
import { openEmbeddings } from '@pocketnet/lab/embedders';

/**
 * What a model makes of faces, image and mirror image summed.
 *
 * @param named its path, with `:bgr` where it wants its channels so
 * @param faces an image set
 */
export async function embedded(named, faces) {
  const [, path, channels] = /^(.*?)(?::(rgb|bgr))?$/.exec(named);
  const source = await openEmbeddings(path, { ...(channels && { channels }) });
  const { images, flips, problems } = await source.embed(faces, { flip: true });
  await source.close();
  if (problems.length > 0)
    throw new Error(`${path}: ${problems.length} faces have no embedding, as: ${problems[0].reason}`);
  return flips ? flipSum(images, flips) : images;
}

/** Runs one after the other: each model has all cores. */
export async function inTurn(all, run) {
  const results = [];
  for (const each of all) results.push(await run(each));
  return results;
}
