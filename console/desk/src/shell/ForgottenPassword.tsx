import { Alert, Button, Text as Words, TextInput } from "@mantine/core";
import { useState } from "react";
import { Refused } from "../../../shared/session";
import { askOpenly } from "../api/ask";
import { told } from "../api/mistakes";
import { RequestPasswordResetDocument } from "../gql/graphql";
import { useSay } from "../say";
import { Door } from "./Door";
import { useSubmit } from "./useSubmit";

export function ForgottenPassword({ email: known, back }: { email: string; back: () => void }) {
  const say = useSay();
  const [email, setEmail] = useState(known);
  const [sent, setSent] = useState(false);
  const { busy, problem, submit } = useSubmit(async () => {
    const { requestPasswordReset } = await askOpenly(RequestPasswordResetDocument, { input: { email: email.trim() } });
    const [mistake] = requestPasswordReset.userErrors;
    if (mistake) throw new Refused(told(mistake));
    setSent(true);
  });
  return (
    <Door title={say(["Mot de passe oublié", "Forgotten password"])}>
      {sent ? (
        <Words role="status">
          {say([
            "Si un compte porte cette adresse, un message est en route. Ouvrez son lien, choisissez un mot de passe, puis revenez ici.",
            "If an account has this address, a message is on its way. Open its link, choose a password, and come back here.",
          ])}
        </Words>
      ) : (
        <form onSubmit={submit} noValidate className="stack">
          <TextInput
            label={say(["Adresse e-mail", "E-mail address"])}
            type="email"
            autoComplete="username"
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          {problem && (
            <Alert color="red" role="alert">
              {problem}
            </Alert>
          )}
          <Button type="submit" loading={busy}>
            {say(["Envoyer le lien", "Send the link"])}
          </Button>
        </form>
      )}
      <Button variant="subtle" onClick={back}>
        {say(["Retour à la connexion", "Back to signing in"])}
      </Button>
    </Door>
  );
}
