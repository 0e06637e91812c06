// Pictures in order: added by choosing or dropping many, moved by drag or keys, each tried again by itself.

import { ActionIcon, Alert, Button, Title } from "@mantine/core";
import { type ChangeEvent, type DragEvent, type KeyboardEvent, useRef, useState } from "react";
import { Refused } from "../../../shared/session";
import { sendPicture } from "../api/sendPicture";
import { local } from "../format";
import { type Text, said, useSay } from "../say";
import { Icon } from "../ui/icons";
import type { FieldProps } from "./types";

export interface GalleryImage {
  /** Of one that the record has. */
  id?: string;
  /** Of one that was sent for it. */
  uploadId?: string;
  url: string;
  alt?: string | null;
}

/** As every input takes them: the list that is sent replaces the one there is. */
export const galleryInput = (images: GalleryImage[]) => images.map(({ id, uploadId }) => (id ? { id } : { uploadId }));
export const galleryShow = (images: GalleryImage[]) => said([`${images.length} image(s)`, `${images.length} picture(s)`]);

export const galleryField = <Name extends string>(name: Name, label: Text) => ({
  name,
  label,
  kind: "own" as const,
  view: (props: FieldProps) => <GalleryField {...props} label={label} />,
  input: galleryInput,
  show: galleryShow,
});

function GalleryField({ value, change, mistakes, disabled, label }: FieldProps & { label: Text }) {
  const say = useSay();
  const images = (value as GalleryImage[] | undefined) ?? [];
  // What arrives while others are on their way is added to what is there by then.
  const current = useRef(images);
  current.current = images;
  const [failed, setFailed] = useState<{ file: File; reason: string }[]>([]);
  const [left, setLeft] = useState(0);
  const [dragged, setDragged] = useState<number | null>(null);

  async function send(files: File[]): Promise<void> {
    setLeft((n) => n + files.length);
    for (const file of files) {
      try {
        const uploadId = await sendPicture(file);
        current.current = [...current.current, { uploadId, url: URL.createObjectURL(file) }];
        change(current.current);
      } catch (error) {
        const reason = error instanceof Refused ? error.message : String(error);
        setFailed((before) => [...before, { file, reason }]);
      }
      setLeft((n) => n - 1);
    }
  }

  function move(from: number, to: number): void {
    if (to < 0 || to >= images.length || from === to) return;
    const next = [...images];
    next.splice(to, 0, ...next.splice(from, 1));
    change(next);
  }

  function onDrop(event: DragEvent): void {
    event.preventDefault();
    if (dragged === null) void send([...event.dataTransfer.files]);
  }

  function onKeyDown(event: KeyboardEvent, at: number): void {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || !event.altKey) return;
    event.preventDefault();
    move(at, at + step);
  }

  return (
    <section className="stack" aria-label={say(label)} onDragOver={(event) => event.preventDefault()} onDrop={onDrop}>
      <Title order={2} size="h4">
        {say(label)}
      </Title>
      <ol className="thumbnails">
        {images.map((image, at) => (
          <li
            key={image.id ?? image.uploadId}
            draggable={!disabled}
            className={dragged === at ? "dragged" : undefined}
            onDragStart={() => setDragged(at)}
            onDragEnd={() => setDragged(null)}
            onDrop={() => dragged !== null && move(dragged, at)}
          >
            <img src={image.url.startsWith("blob:") ? image.url : local(image.url)} alt={image.alt ?? ""} />
            {!disabled && (
              <span className="tools">
                <ActionIcon size="sm" color="dark" aria-label={say([`Avancer l’image ${at + 1}`, `Move picture ${at + 1} forward`])} onClick={() => move(at, at - 1)} onKeyDown={(event) => onKeyDown(event, at)}>
                  <Icon name="left" size={14} />
                </ActionIcon>
                <ActionIcon size="sm" color="dark" aria-label={say([`Reculer l’image ${at + 1}`, `Move picture ${at + 1} back`])} onClick={() => move(at, at + 1)} onKeyDown={(event) => onKeyDown(event, at)}>
                  <Icon name="right" size={14} />
                </ActionIcon>
                <ActionIcon size="sm" color="dark" aria-label={say([`Retirer l’image ${at + 1}`, `Remove picture ${at + 1}`])} onClick={() => change(images.filter((_, n) => n !== at))}>
                  <Icon name="close" size={14} />
                </ActionIcon>
              </span>
            )}
          </li>
        ))}
        {Array.from({ length: left }, (_, n) => (
          <li key={n} className="pending" />
        ))}
      </ol>
      {Object.values(mistakes).map((mistake) => (
        <Alert key={mistake} color="red" role="alert">
          {mistake}
        </Alert>
      ))}
      {failed.map(({ file, reason }) => (
        <Alert key={file.name} color="red" role="alert" title={file.name}>
          {reason}{" "}
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => {
              setFailed((before) => before.filter((it) => it.file !== file));
              void send([file]);
            }}
          >
            {say(["Réessayer", "Try again"])}
          </Button>
        </Alert>
      ))}
      {!disabled && (
        <Button component="label" variant="default" className="start" loading={left > 0}>
          {say(["Ajouter des images", "Add pictures"])}
          <input
            type="file"
            multiple
            className="unseen"
            accept="image/jpeg,image/png,image/webp"
            onChange={(event: ChangeEvent<HTMLInputElement>) => {
              const files = [...(event.target.files ?? [])];
              event.target.value = "";
              void send(files);
            }}
          />
        </Button>
      )}
    </section>
  );
}
