import { Alert, Button, Group, Modal, Stack, Text as Words, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Refused } from "../../../shared/session";
import { said, useSay } from "../say";
import type { Question } from "./confirm";

export default function Asked({ question, close }: { question: Question; close: (done: boolean) => void }) {
  const say = useSay();
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (question.reason && !reason.trim()) return setProblem(said(["Donnez la raison.", "Give the reason."]));
    setBusy(true);
    setProblem(null);
    try {
      await question.run(reason.trim());
      close(true);
    } catch (error) {
      setProblem(error instanceof Refused ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal opened onClose={() => !busy && close(false)} title={say(question.title)} closeButtonProps={{ "aria-label": say(["Fermer", "Close"]) }}>
      <form onSubmit={submit} noValidate>
        <Stack>
          {typeof question.body === "string" ? <Words>{question.body}</Words> : question.body}
          {question.reason && (
            <TextInput
              data-autofocus
              required
              label={say(question.reason)}
              value={reason}
              maxLength={500}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          )}
          {problem && (
            <Alert color="red" role="alert">
              {problem}
            </Alert>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => close(false)} disabled={busy}>
              {say(["Annuler", "Cancel"])}
            </Button>
            <Button type="submit" color={question.danger ? "red.9" : undefined} loading={busy} data-autofocus={!question.reason || undefined}>
              {say(question.action)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
