import { batch, effect, signal } from '@preact/signals';
import type { PocketNet } from 'pocketnet';
import { cosines, net } from '../network/network.js';
import { text } from '../text.js';
import { type Remote, remote } from '../workers/remote.js';
import type { ListedCorrection, ListedPerson, PeopleService } from './service.js';
import type { KeptStatement } from './statement.js';
import { askForPeople, whenAskedForPeople } from './tabs.js';

/** Who is known, as of the last change; undefined until they were read. */
export const people = signal<readonly ListedPerson[] | undefined>(undefined);
/** What {@link undoLast} would take back. */
export const lastStep = signal<string | undefined>(undefined);
/** What was said of faces before the camera, and of faces of sorted photos. */
export const corrections = signal<readonly ListedCorrection[]>([]);
export const statements = signal<readonly KeptStatement[] | undefined>(undefined);
/** False where the browser keeps no files: people are gone with the page. */
export const lasting = signal(true);
/** Why the people cannot be opened. */
export const trouble = signal<string | undefined>(undefined);
/** Whether that is because another tab has them: {@link takePeople} brings them here. */
export const elsewhere = signal(false);

let service: Remote<PeopleService> | undefined;
let ready: Promise<void> | undefined;
let stopFollowing = (): void => undefined;

/** Opens the people of this browser, once; and anew whenever another network is chosen. */
export function openPeople(): Promise<void> {
  if (ready) return ready;
  ready = new Promise((resolve) => {
    stopFollowing = effect(() => {
      const { value } = net;
      if (value) void reopen(value).then(resolve);
    });
  });
  return ready;
}

async function reopen(open: PocketNet): Promise<void> {
  service ??= newService();
  try {
    const { model, metadata } = open;
    const opened = await service.open({ model, metadata, strict: cosines(open).strict });
    if (opened === 'elsewhere') return areElsewhere();
    batch(() => {
      lasting.value = opened.lasting;
      trouble.value = undefined;
      elsewhere.value = false;
    });
    await refresh();
  } catch (cause) {
    trouble.value = (cause as Error).message;
  }
}

/** Takes the people over from the tab that has them. */
export async function takePeople(): Promise<void> {
  await askForPeople();
  const open = net.peek();
  if (open) await reopen(open);
}

whenAskedForPeople(async () => {
  if (!service || !ready || !lasting.peek() || trouble.peek() !== undefined) return false;
  await service.close();
  areElsewhere();
  return true;
});

function areElsewhere(): void {
  batch(() => {
    trouble.value = text.people.elsewhere;
    elsewhere.value = true;
    people.value = undefined;
    lastStep.value = undefined;
    corrections.value = [];
    statements.value = undefined;
  });
}

/** Does something with the people, and shows who they are then. */
export async function withPeople<T>(use: (service: Remote<PeopleService>) => Promise<T>): Promise<T> {
  await openPeople();
  if (!service || trouble.value !== undefined) throw new Error(trouble.value);
  try {
    return await use(service);
  } finally {
    await refresh();
  }
}

/** Asks about people, and changes nothing. */
export async function askPeople<T>(use: (service: Remote<PeopleService>) => Promise<T>): Promise<T> {
  await openPeople();
  if (!service || trouble.value !== undefined) throw new Error(trouble.value);
  return use(service);
}

async function refresh(): Promise<void> {
  if (!service) return;
  const [all, last, ofCamera, ofPhotos] = await Promise.all([
    service.list(),
    service.lastStep(),
    service.corrections(),
    service.statements(),
  ]);
  batch(() => {
    people.value = all;
    lastStep.value = last;
    corrections.value = ofCamera;
    if (!areSame(ofPhotos, statements.peek())) statements.value = ofPhotos; // else piles would be grouped anew
  });
}

const areSame = (now: readonly KeptStatement[], before: readonly KeptStatement[] | undefined): boolean =>
  now.length === before?.length && now.every((said, index) => isSame(said, before[index]));

const isSame = (a: KeptStatement, b: KeptStatement | undefined): boolean =>
  a.id === b?.id && ('person' in a ? a.person : '') === ('person' in b ? b.person : '');

/** Does something with the page's files that needs no gallery. */
export function withFiles<T>(use: (service: Remote<PeopleService>) => Promise<T>): Promise<T> {
  service ??= newService();
  return use(service);
}

/** Erases all of the page's files; whoever opens the people next, in this tab or another, begins anew. */
export async function eraseFiles(): Promise<void> {
  stopFollowing();
  ready = undefined;
  const erase = () => withFiles((files) => files.forgetEverything());
  await erase().catch(async () => {
    await askForPeople(); // where another tab had files open
    await erase();
  });
  batch(() => {
    trouble.value = undefined;
    elsewhere.value = false;
    people.value = [];
    lastStep.value = undefined;
    corrections.value = [];
    statements.value = [];
  });
}

const newService = (): Remote<PeopleService> =>
  remote(new Worker(new URL('../workers/people.ts', import.meta.url), { type: 'module' }));
