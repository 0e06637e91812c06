// Whether somebody can sign in, and what to do about it: alike for clients and staff.

import { Badge, Button } from "@mantine/core";
import type { Mistake } from "../../api/mistakes";
import { checkWhole } from "../../api/mistakes";
import { type Kind, stale } from "../../api/queries";
import { moment } from "../../format";
import { said, useSay } from "../../say";
import { confirm } from "../../ui/confirm";
import { toast } from "../../ui/toasts";

export interface Account {
  id: string;
  name: string;
  email: string;
  disabledAt?: string | null;
  temporaryPasswordExpiresAt?: string | null;
}

type Answer = Promise<{ userErrors: Mistake[] }>;

export interface AccessCalls {
  kind: Kind;
  disable(id: string): Answer;
  enable(id: string): Answer;
  resend(id: string): Answer;
}

export function AccessBadge({ account }: { account: Account }) {
  const say = useSay();
  if (account.disabledAt) {
    return (
      <Badge color="gray.8" tt="none">
        {say(["Accès fermé", "Shut out"])}
      </Badge>
    );
  }
  if (!account.temporaryPasswordExpiresAt) return null;
  const over = Date.parse(account.temporaryPasswordExpiresAt) < Date.now();
  return (
    <Badge color={over ? "red.8" : "yellow"} tt="none" title={moment(account.temporaryPasswordExpiresAt)}>
      {over ? say(["Invitation expirée", "Invitation expired"]) : say(["Mot de passe jamais changé", "Password never changed"])}
    </Badge>
  );
}

export function AccessActions({ account, calls }: { account: Account; calls: AccessCalls }) {
  const say = useSay();
  const after = (answer: { userErrors: Mistake[] }, text: string) => {
    checkWhole(answer.userErrors);
    toast(text);
    stale(calls.kind);
  };
  return (
    <>
      {!account.disabledAt && (
        <Button
          variant="default"
          onClick={() =>
            confirm({
              title: ["Renvoyer l’invitation ?", "Send the invitation again?"],
              body: said([
                `${account.email} reçoit un nouveau mot de passe provisoire, bon pour 72 heures. L’ancien mot de passe ne vaut plus rien et ses appareils sont déconnectés.`,
                `${account.email} gets a new temporary password, good for 72 hours. The old password is worth nothing any more and their devices are signed out.`,
              ]),
              action: ["Renvoyer", "Send again"],
              run: async () => after(await calls.resend(account.id), said(["L’invitation est en route.", "The invitation is on its way."])),
            })
          }
        >
          {say(["Renvoyer l’invitation", "Send the invitation again"])}
        </Button>
      )}
      {account.disabledAt ? (
        <Button
          variant="default"
          onClick={() =>
            confirm({
              title: ["Rouvrir l’accès ?", "Let in again?"],
              body: said([`${account.name} peut se connecter à nouveau.`, `${account.name} can sign in again.`]),
              action: ["Rouvrir", "Let in"],
              run: async () => after(await calls.enable(account.id), said(["L’accès est rouvert.", "They can sign in again."])),
            })
          }
        >
          {say(["Rouvrir l’accès", "Let in again"])}
        </Button>
      ) : (
        <Button
          variant="subtle"
          color="var(--danger)"
          onClick={() =>
            confirm({
              title: ["Fermer l’accès ?", "Shut out?"],
              body: said([
                `${account.name} est déconnecté de partout aussitôt. Rien de ce qui porte son nom n’est effacé, et l’accès peut se rouvrir.`,
                `${account.name} is signed out everywhere at once. Nothing under their name is erased, and they can be let in again.`,
              ]),
              action: ["Fermer l’accès", "Shut out"],
              danger: true,
              run: async () => after(await calls.disable(account.id), said(["L’accès est fermé.", "They are shut out."])),
            })
          }
        >
          {say(["Fermer l’accès", "Shut out"])}
        </Button>
      )}
    </>
  );
}
