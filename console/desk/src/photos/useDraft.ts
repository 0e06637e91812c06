// What is being put together, kept on the device at each change.

import { useCallback, useEffect, useRef, useState } from "react";
import { type Draft, currentItems, keepDraft, keptDraft, reload } from "./outbox";

export const emptyDraft = (owner: string, projectId = ""): Draft => ({
  id: crypto.randomUUID(),
  owner,
  projectId,
  title: "",
  description: "",
  photos: [],
});

export function useDraft(owner: string) {
  const [draft, setDraft] = useState<Draft | null>(null);
  const current = useRef<Draft | null>(null);

  useEffect(() => {
    let here = true;
    void Promise.all([keptDraft(), reload()])
      .catch(() => [undefined] as const)
      .then(([kept]) => {
        if (!here) return;
        const queued = kept && currentItems().some((item) => item.id === kept.id);
        const mine = kept?.owner === owner && !queued ? kept : emptyDraft(owner, kept?.owner === owner ? kept.projectId : "");
        current.current = mine;
        setDraft(mine);
      });
    return () => {
      here = false;
    };
  }, [owner]);

  const change = useCallback(async (next: (draft: Draft) => Draft): Promise<void> => {
    if (!current.current) return;
    current.current = next(current.current);
    setDraft(current.current);
    await keepDraft(current.current);
  }, []);

  return [draft, change] as const;
}
