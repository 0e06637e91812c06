// Photos from the camera or the gallery, made small one after the other.

import { Alert, CloseButton } from "@mantine/core";
import { type ChangeEvent, useState } from "react";
import { said, useSay } from "../say";
import { Icon, type IconName } from "../ui/icons";
import type { Photo } from "./outbox";
import { shrink } from "./shrink";
import { Thumbnail } from "./Thumbnail";

/** As many as an update takes. */
const MOST = 30;

interface Props {
  photos: Photo[];
  change: (next: (photos: Photo[]) => Photo[]) => Promise<void>;
  problem?: string;
}

export function PhotoPicker({ photos, change, problem: given }: Props) {
  const say = useSay();
  const [left, setLeft] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);

  async function take(event: ChangeEvent<HTMLInputElement>) {
    const input = event.target;
    const files = [...(input.files ?? [])];
    // So that the same photo can be chosen again.
    input.value = "";
    setProblem(null);
    setLeft(files.length);
    for (const file of files) {
      try {
        const photo = { id: crypto.randomUUID(), ...(await shrink(file)) };
        await change((before) => (before.length < MOST ? [...before, photo] : before));
      } catch {
        setProblem(said([`« ${file.name} » n’a pas pu être gardée sur l’appareil.`, `“${file.name}” couldn’t be kept on the device.`]));
      }
      setLeft((n) => n - 1);
    }
  }

  const source = (icon: IconName, label: string, camera: boolean) => (
    <label className="source">
      <Icon name={icon} size={26} />
      {label}
      <input
        type="file"
        className="unseen"
        accept="image/*"
        multiple={!camera}
        {...(camera ? { capture: "environment" as const } : {})}
        onChange={(event) => void take(event)}
      />
    </label>
  );

  return (
    <div className="stack">
      <div className="sources" role="group" aria-label={say(["Photos", "Photos"])}>
        {source("camera", say(["Prendre une photo", "Take a photo"]), true)}
        {source("image", say(["Choisir dans la galerie", "Choose from the gallery"]), false)}
      </div>
      {(photos.length > 0 || left > 0) && (
        <ul className="thumbnails">
          {photos.map((photo, n) => (
            <li key={photo.id}>
              <Thumbnail photo={photo} />
              <CloseButton
                variant="filled"
                color="dark"
                aria-label={say([`Retirer la photo ${n + 1}`, `Remove photo ${n + 1}`])}
                onClick={() => void change((before) => before.filter((it) => it.id !== photo.id))}
              />
            </li>
          ))}
          {Array.from({ length: left }, (_, n) => (
            <li key={n} className="pending" />
          ))}
        </ul>
      )}
      {(problem ?? given) && (
        <Alert color="red" role="alert">
          {problem ?? given}
        </Alert>
      )}
    </div>
  );
}
