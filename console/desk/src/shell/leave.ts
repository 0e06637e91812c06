// Signing out is leaving too: it asks while something isn't saved.

import { signOut } from "../../../shared/session";
import { said } from "../say";
import { confirm } from "../ui/confirm";

/** Of the forms that are open: whether they hold changes. */
export const guards = new Set<() => boolean>();

export function leave(): void {
  if (![...guards].some((holds) => holds())) return void signOut();
  confirm({
    title: ["Se déconnecter sans enregistrer ?", "Sign out without saving?"],
    body: said(["Ce que vous avez changé ici sera perdu.", "What you changed here will be lost."]),
    action: ["Se déconnecter", "Sign out"],
    danger: true,
    run: signOut,
  });
}
