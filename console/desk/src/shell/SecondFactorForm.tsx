// Setting an authenticator app up: the password, the secret for the app, its first code, and the recovery codes, shown once.

import { Alert, Anchor, Button, PasswordInput, Text as Words, TextInput } from "@mantine/core";
import { useState } from "react";
import { Refused } from "../../../shared/session";
import { ask } from "../api/ask";
import { checkWhole } from "../api/mistakes";
import { BeginTotpDocument, ConfirmTotpDocument } from "../gql/graphql";
import { said, useSay } from "../say";
import { RecoveryCodes } from "./RecoveryCodes";
import { useSubmit } from "./useSubmit";

interface Begun {
  secret: string;
  uri: string;
}

/** In groups of four, as people read it out. */
const grouped = (secret: string) => secret.match(/.{1,4}/g)?.join(" ") ?? secret;

export function SecondFactorForm({ done }: { done: () => void }) {
  const say = useSay();
  const [password, setPassword] = useState("");
  const [begun, setBegun] = useState<Begun | null>(null);
  const [code, setCode] = useState("");
  const [codes, setCodes] = useState<string[] | null>(null);
  const { busy, problem, submit } = useSubmit(async () => {
    if (!begun) {
      if (!password) throw new Refused(said(["Donnez votre mot de passe.", "Give your password."]));
      const { beginTotp } = await ask(BeginTotpDocument, { input: { password } });
      checkWhole(beginTotp.userErrors);
      const { secret, uri } = beginTotp;
      setPassword("");
      if (secret && uri) setBegun({ secret, uri });
      return;
    }
    if (!code.trim()) throw new Refused(said(["Donnez le code que l’application affiche.", "Give the code that the app shows."]));
    const { confirmTotp } = await ask(ConfirmTotpDocument, { input: { code: code.trim() } });
    checkWhole(confirmTotp.userErrors);
    setCodes(confirmTotp.recoveryCodes);
  });
  if (codes) return <RecoveryCodes codes={codes} done={done} />;

  return (
    <form onSubmit={submit} noValidate className="stack">
      {begun ? (
        <>
          <Words>
            {say([
              "Dans votre application d’authentification (Google Authenticator, Aegis, 2FAS…), ajoutez un compte et saisissez cette clé. Sur le téléphone lui-même, le lien suffit.",
              "In your authenticator app (Google Authenticator, Aegis, 2FAS…), add an account and type this key in. On the phone itself the link is enough.",
            ])}
          </Words>
          <pre className="secret">{grouped(begun.secret)}</pre>
          <Anchor href={begun.uri}>{say(["Ouvrir dans l’application", "Open in the app"])}</Anchor>
          <TextInput
            label={say(["Code à six chiffres", "Six-digit code"])}
            inputMode="numeric"
            autoComplete="one-time-code"
            autoFocus
            maxLength={10}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        </>
      ) : (
        <PasswordInput
          label={say(["Votre mot de passe", "Your password"])}
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": say(["Montrer le mot de passe", "Show the password"]) }}
        />
      )}
      {problem && (
        <Alert color="red" role="alert">
          {problem}
        </Alert>
      )}
      <Button type="submit" loading={busy}>
        {begun ? say(["Activer", "Switch on"]) : say(["Configurer une application", "Set an app up"])}
      </Button>
    </form>
  );
}
