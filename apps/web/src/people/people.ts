import { effect, signal } from '@preact/signals';
import { net } from '../network/network.js';
import { type Remote, remote } from '../workers/remote.js';
import type { ListedPerson, PeopleService } from './service.js';

/** Who is known, as of the last change; undefined until they were read. */
export const people = signal<readonly ListedPerson[] | undefined>(undefined);
/** What {@link undoLast} would take back. */
export const lastStep = signal<string | undefined>(undefined);
/** False where the browser keeps no files: people are gone with the page. */
export const lasting = signal(true);
/** Why the people cannot be opened. */
export const trouble = signal<string | undefined>(undefined);

let service: Remote<PeopleService> | undefined;
let ready: Promise<void> | undefined;
let stopFollowing = (): void => undefined;

/** Opens the people of this browser, once; and anew whenever another network is chosen. */
export function openPeople(): Promise<void> {
  if (ready) return ready;
  ready = new Promise((resolve) => {
    stopFollowing = effect(() => {
      const { value } = net;
      if (value) void reopen(value.model, value.metadata).then(resolve);
    });
  });
  return ready;
}

async function reopen(model: string, metadata: Readonly<Record<string, string>>): Promise<void> {
  service ??= newService();
  try {
    lasting.value = (await service.open({ model, metadata })).lasting;
    trouble.value = undefined;
    await refresh();
  } catch (cause) {
    trouble.value = (cause as Error).message;
  }
}

/** Does something with the people, and shows who they are then. */
export async function withPeople<T>(use: (service: Remote<PeopleService>) => Promise<T>): Promise<T> {
  await openPeople();
  if (!service) throw new Error(trouble.value);
  try {
    return await use(service);
  } finally {
    await refresh();
  }
}

/** Asks about people, and changes nothing. */
export async function askPeople<T>(use: (service: Remote<PeopleService>) => Promise<T>): Promise<T> {
  await openPeople();
  if (!service) throw new Error(trouble.value);
  return use(service);
}

async function refresh(): Promise<void> {
  if (!service) return;
  people.value = await service.list();
  lastStep.value = await service.lastStep();
}

/** Erases the gallery's files; whoever opens the people next begins a new one. */
export async function eraseGallery(): Promise<void> {
  stopFollowing();
  ready = undefined;
  service ??= newService();
  await service.forgetEverything();
  people.value = [];
  lastStep.value = undefined;
}

const newService = (): Remote<PeopleService> =>
  remote(new Worker(new URL('../workers/people.ts', import.meta.url), { type: 'module' }));
