// A form that sends: busy while it does, the problem when it doesn't.

import { type FormEvent, useState } from "react";
import { Refused } from "../../../shared/session";

export function useSubmit(run: () => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  async function submit(event?: FormEvent) {
    event?.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await run();
    } catch (error) {
      setProblem(error instanceof Refused ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }
  return { busy, problem, submit };
}
