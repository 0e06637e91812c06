// Sends what waits, one tab at a time, one update after the other. What arrived is never sent again; what may have
// arrived is sent again in a way that makes nothing twice: an upload by its own address, an update by its key.

import { Refused, getState } from "../../../shared/session";
import { ask } from "../api/ask";
import { told } from "../api/mistakes";
import { putBytes } from "../api/putBytes";
import { stale } from "../api/queries";
import { AnnouncePhotoDocument, PublishUpdateDocument } from "../gql/graphql";
import { said } from "../say";
import { toast } from "../ui/toasts";
import { type Item, type Photo, amend, currentItems, find, reload, remove } from "./outbox";

const LOCK = "belle-house-outbox";
const SOONEST = 3000;
const LATEST = 60_000;

let wait = SOONEST;
let timer: ReturnType<typeof setTimeout> | undefined;
let running: Promise<void> | null = null;

/** Starts unless it is at work, and goes on by itself until nothing waits. */
export function flush(): Promise<void> {
  clearTimeout(timer);
  running ??= work().finally(() => {
    running = null;
  });
  return running;
}

async function work(): Promise<void> {
  let interrupted = false;
  await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    // Another tab sends; should it be closed half way, this one looks again.
    if (!lock) {
      interrupted = (await reload()).length > 0;
      return;
    }
    for (const { id } of await reload()) {
      const person = signedIn();
      const item = await find(id);
      if (!person || !item || item.owner !== person.id || item.refused) continue;
      try {
        await send(item);
        wait = SOONEST;
      } catch (error) {
        if (error instanceof Refusal) await amend(id, (it) => ({ ...it, refused: error.message }));
        else interrupted = true;
        if (interrupted) return;
      }
    }
  });
  if (!interrupted || !signedIn()) return;
  timer = setTimeout(() => void flush(), wait);
  wait = Math.min(wait * 2, LATEST);
}

const signedIn = () => {
  const state = getState();
  return state.kind === "signedIn" && !state.person.mustChangePassword && !state.person.totpRequired ? state.person : null;
};

/** The server has looked at it and says no: trying again by itself would change nothing. */
class Refusal extends Error {}
/** A received file's day is over, or the server doesn't know it any more. */
class Stale extends Error {}

async function send(item: Item, again = false): Promise<void> {
  const uploadIds: string[] = [];
  for (const photo of item.photos) uploadIds.push(await upload(item, photo));
  const { createProjectUpdate: answer } = await ask(PublishUpdateDocument, {
    input: {
      projectId: item.projectId,
      title: item.title,
      description: item.description || null,
      uploadIds,
      post: true,
      idempotencyKey: item.id,
    },
  });
  const [mistake] = answer.userErrors;
  if (mistake) {
    const oldPhotos = mistake.field?.includes("uploadIds") && ["EXPIRED", "NOT_FOUND"].includes(mistake.code);
    // Nothing was made of them: the key has not been used, and the photos are sent anew.
    if (oldPhotos && !again) return send(await withoutUploads(item), true);
    throw new Refusal(told(mistake));
  }
  await remove(item.id);
  stale("updates", "projects", "dashboard");
  toast(said([`Publié : ${item.title}`, `Published: ${item.title}`]));
}

async function withoutUploads(item: Item): Promise<Item> {
  const photos = item.photos.map(({ upload: _, ...photo }) => photo);
  await amend(item.id, (it) => ({ ...it, photos }));
  return { ...item, photos };
}

async function upload(item: Item, photo: Photo, again = false): Promise<string> {
  const known = again ? undefined : photo.upload;
  if (known?.sent) return known.id;
  const announced = known && Date.parse(known.expiresAt) > Date.now() + 60_000 ? known : await announce(item, photo);
  try {
    await put(announced.url, photo);
  } catch (error) {
    if (error instanceof Stale && !again) return upload(item, photo, true);
    throw error;
  }
  await note(item, photo, { ...announced, sent: true });
  return announced.id;
}

async function announce(item: Item, photo: Photo): Promise<NonNullable<Photo["upload"]>> {
  const { createUpload: answer } = await ask(AnnouncePhotoDocument, {
    input: { filename: photo.name, contentType: photo.type, byteSize: photo.bytes.byteLength },
  });
  if (!answer.upload) throw new Refusal(answer.userErrors.map(told).join(" "));
  const announced = { id: answer.upload.id, url: answer.upload.uploadUrl, expiresAt: answer.upload.expiresAt, sent: false };
  await note(item, photo, announced);
  return announced;
}

const note = (item: Item, photo: Photo, upload: NonNullable<Photo["upload"]>) =>
  amend(item.id, (it) => ({ ...it, photos: it.photos.map((one) => (one.id === photo.id ? { ...one, upload } : one)) }));

async function put(url: string, photo: Photo): Promise<void> {
  const answer = await putBytes(url, photo.bytes);
  if (answer.ok) return void (await answer.text().catch(() => ""));
  const { message } = await answer.json().catch(() => ({ message: `${answer.status} ${answer.statusText}` }));
  if ([403, 404, 410].includes(answer.status)) throw new Stale(message);
  if ([413, 415, 422].includes(answer.status)) throw new Refusal(`${photo.name} : ${message}`);
  throw new Refused(message);
}

/** Tries one that was refused, or all that wait, now. */
export async function retry(id?: string): Promise<void> {
  wait = SOONEST;
  if (id) await amend(id, ({ refused: _, ...item }) => item);
  await flush();
}

const look = () => {
  if (signedIn() && document.visibilityState === "visible" && currentItems().length > 0) void flush();
};
window.addEventListener("online", look);
window.addEventListener("focus", look);
document.addEventListener("visibilitychange", look);
