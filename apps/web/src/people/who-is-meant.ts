import type { Gallery, StoredTemplate } from 'pocketnet/gallery';

/** So few searches of strangers may end in a name: a pile has many of them. */
const FPIR = 0.001;

/** Who these faces of one person are: whom more than half of them match. */
export async function whoIsMeant(gallery: Gallery, templates: readonly StoredTemplate[]): Promise<string | undefined> {
  const votes = new Map<string, number>();
  for (const template of templates) {
    const { person } = await gallery.identify(template, { topK: 2, fpir: FPIR });
    if (person !== undefined) votes.set(person, (votes.get(person) ?? 0) + 1);
  }
  for (const [person, count] of votes) if (2 * count > templates.length) return person;
  return undefined;
}
