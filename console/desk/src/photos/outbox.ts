// Updates that wait to be published, with their photos, in this device's IndexedDB: they outlive the tab and the
// session. Bytes are ArrayBuffers, because Safari has lost Blobs. `flush.ts` sends them.

import { createStore, del, get, keys, set, update, values } from "idb-keyval";

export interface Photo {
  id: string;
  name: string;
  type: string;
  bytes: ArrayBuffer;
  /** As the server knows it, once announced; `sent` once its bytes have arrived. */
  upload?: { id: string; url: string; expiresAt: string; sent: boolean };
}

export interface Item {
  /** The idempotency key of the update too: however often it is sent, there is one. */
  id: string;
  /** Who took it: nobody else publishes it under their name. */
  owner: string;
  createdAt: number;
  projectId: string;
  projectName: string;
  title: string;
  description: string;
  photos: Photo[];
  /** What the server refuses it for: waits for a person. */
  refused?: string;
}

/** What is being put together: kept from the first photo on, since a phone may drop the page while the camera is open. */
export interface Draft {
  /** Becomes the item's id: a draft that was queued just before the page was dropped is the same update. */
  id: string;
  owner: string;
  projectId: string;
  title: string;
  description: string;
  photos: Photo[];
}

const items = createStore("belle-house-outbox", "items");
const drafts = createStore("belle-house-drafts", "drafts");
const DRAFT = "draft";

let known: Item[] = [];
const listeners = new Set<() => void>();
/** Other tabs show the same outbox. */
const channel = new BroadcastChannel("belle-house-outbox");
channel.onmessage = () => void reload();

export const currentItems = (): Item[] => known;
export function onItems(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export async function reload(): Promise<Item[]> {
  known = (await values<Item>(items)).sort((a, b) => a.createdAt - b.createdAt);
  for (const listener of listeners) listener();
  return known;
}

async function changed(): Promise<void> {
  await reload();
  channel.postMessage("changed");
}

export async function add(item: Item): Promise<void> {
  await set(item.id, item, items);
  await changed();
}

/** Changes an item that is still there: one that another tab has sent meanwhile doesn't come back. */
export async function amend(id: string, change: (item: Item) => Item): Promise<void> {
  if ((await keys(items)).includes(id)) await update<Item>(id, (item) => change(item!), items);
  await changed();
}

export async function remove(id: string): Promise<void> {
  await del(id, items);
  await changed();
}

export const find = (id: string): Promise<Item | undefined> => get(id, items);

export async function waitingPhotos(): Promise<number> {
  const all = await reload().catch(() => []);
  return all.reduce((sum, item) => sum + item.photos.length, 0);
}

export const keptDraft = (): Promise<Draft | undefined> => get(DRAFT, drafts);
export const keepDraft = (draft: Draft): Promise<void> => set(DRAFT, draft, drafts);
