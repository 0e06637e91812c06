// Leaving with changes asks first; closing the tab too, in the browser's own words.

import { useBlocker } from "@tanstack/react-router";
import { useEffect } from "react";
import { said } from "../say";
import { guards } from "../shell/leave";
import { confirm } from "../ui/confirm";

export function LeaveGuard({ when }: { when: () => boolean }) {
  const blocker = useBlocker({ shouldBlockFn: when, enableBeforeUnload: when, withResolver: true });
  useEffect(() => {
    guards.add(when);
    return () => void guards.delete(when);
  }, [when]);
  useEffect(() => {
    if (blocker.status !== "blocked") return;
    confirm({
      title: ["Quitter sans enregistrer ?", "Leave without saving?"],
      body: said(["Ce que vous avez changé ici sera perdu.", "What you changed here will be lost."]),
      action: ["Quitter", "Leave"],
      danger: true,
      run: async () => blocker.proceed(),
      cancelled: () => blocker.reset(),
    });
  }, [blocker.status]);
  return null;
}
