import { useEffect, useState } from "react";
import type { Photo } from "./outbox";

export function Thumbnail({ photo }: { photo: Photo }) {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([photo.bytes], { type: photo.type }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [photo.bytes, photo.type]);
  return url ? <img src={url} alt={photo.name} /> : null;
}
