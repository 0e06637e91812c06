// A picture goes up here, and its id goes into the operation that shows it.

import { type ChangeEvent, useState } from "react";
import { useTexts } from "./hooks";
import { Refused } from "../shared/session";
import { sendPicture } from "./upload";

export function PictureSender() {
  const texts = useTexts();
  const [sent, setSent] = useState<{ name: string; id: string }[]>([]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function send(event: ChangeEvent<HTMLInputElement>) {
    const input = event.target;
    setBusy(true);
    setProblem(null);
    try {
      for (const file of input.files ?? []) {
        const id = await sendPicture(file);
        setSent((before) => [{ name: file.name, id }, ...before]);
      }
    } catch (error) {
      setProblem(error instanceof Refused ? error.message : texts.offline);
    } finally {
      setBusy(false);
      // So that the same file can be chosen again.
      input.value = "";
    }
  }

  return (
    <details className="pictures">
      <summary>{texts.sendPictures}</summary>
      <label className="picture-choice">
        {busy ? texts.sending : texts.choosePictures}
        <input
          type="file"
          accept="image/jpeg,image/png,image/webp,image/svg+xml"
          multiple
          disabled={busy}
          onChange={(event) => void send(event)}
        />
      </label>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <ul>
        {sent.map(({ name, id }) => (
          <li key={id}>
            <span>{name}</span>
            <code>{id}</code>
          </li>
        ))}
      </ul>
      <p className="hint">{texts.picturesHint}</p>
    </details>
  );
}
