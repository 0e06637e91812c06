// A new password: the first one of one's own, or another one later.

import { Alert, Button, PasswordInput } from "@mantine/core";
import { useState } from "react";
import { Refused, changePassword } from "../../../shared/session";
import { said, useSay } from "../say";
import { useSubmit } from "./useSubmit";

export function PasswordForm({ done }: { done?: () => void }) {
  const say = useSay();
  const [current, setCurrent] = useState("");
  const [chosen, setChosen] = useState("");
  const { busy, problem, submit } = useSubmit(async () => {
    if (!current || !chosen) throw new Refused(said(["Remplissez les deux champs.", "Fill in both fields."]));
    await changePassword(current, chosen);
    setCurrent("");
    setChosen("");
    done?.();
  });
  const toggle = { "aria-label": say(["Montrer le mot de passe", "Show the password"]) };
  return (
    <form onSubmit={submit} noValidate className="stack">
      <PasswordInput
        label={say(["Mot de passe actuel", "Present password"])}
        autoComplete="current-password"
        value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
        visibilityToggleButtonProps={toggle}
      />
      <PasswordInput
        label={say(["Nouveau mot de passe", "New password"])}
        description={say([
          "De 8 à 128 caractères, difficile à deviner. Vos autres appareils seront déconnectés.",
          "8 to 128 characters, hard to guess. Your other devices will be signed out.",
        ])}
        autoComplete="new-password"
        value={chosen}
        onChange={(event) => setChosen(event.currentTarget.value)}
        visibilityToggleButtonProps={toggle}
      />
      {problem && (
        <Alert color="red" role="alert">
          {problem}
        </Alert>
      )}
      <Button type="submit" loading={busy}>
        {say(["Changer le mot de passe", "Change the password"])}
      </Button>
    </form>
  );
}
