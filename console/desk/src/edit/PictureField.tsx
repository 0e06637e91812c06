// One picture: seen, replaced, taken away.

import { Button, Group, Input } from "@mantine/core";
import { type ChangeEvent, useState } from "react";
import { Refused } from "../../../shared/session";
import { sendPicture } from "../api/sendPicture";
import { local } from "../format";
import { useSay } from "../say";
import type { Picture } from "./types";

interface Props {
  className?: string;
  label: string;
  description?: string;
  error?: string;
  withAsterisk?: boolean;
  disabled?: boolean;
  value: Picture | null;
  change(value: Picture | null): void;
}

export function PictureField({ value, change, error, disabled, ...field }: Props) {
  const say = useSay();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function send(event: ChangeEvent<HTMLInputElement>) {
    const input = event.target;
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    setBusy(true);
    setProblem(null);
    try {
      change({ url: URL.createObjectURL(file), uploadId: await sendPicture(file) });
    } catch (error) {
      setProblem(error instanceof Refused ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Input.Wrapper {...field} labelElement="div" error={problem ?? error}>
      <Group gap="sm">
        {value?.url && <img className="picture" src={value.url.startsWith("blob:") ? value.url : local(value.url)} alt="" />}
        {!disabled && (
          <Button component="label" variant="default" loading={busy} tabIndex={-1}>
            {value ? say(["Remplacer", "Replace"]) : say(["Choisir une image", "Choose a picture"])}
            <input
              type="file"
              className="unseen"
              aria-label={field.label}
              aria-invalid={Boolean(problem ?? error)}
              accept="image/jpeg,image/png,image/webp,image/svg+xml"
              onChange={(event) => void send(event)}
            />
          </Button>
        )}
        {value && !disabled && (
          <Button variant="subtle" color="var(--danger)" onClick={() => change(null)}>
            {say(["Retirer", "Remove"])}
          </Button>
        )}
      </Group>
    </Input.Wrapper>
  );
}
