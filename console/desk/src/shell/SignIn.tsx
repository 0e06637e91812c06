import { Alert, Button, PasswordInput, Text as Words, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { CodeRequired, Refused, signIn } from "../../../shared/session";
import { waitingPhotos } from "../photos/outbox";
import { said, useSay } from "../say";
import { Door } from "./Door";
import { ForgottenPassword } from "./ForgottenPassword";
import { useSubmit } from "./useSubmit";

export function SignIn({ notice, email: known }: { notice: string | null; email?: string }) {
  const say = useSay();
  const [email, setEmail] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState<string | null>(null);
  const [forgotten, setForgotten] = useState(false);
  const [waiting, setWaiting] = useState(0);
  useEffect(() => void waitingPhotos().then(setWaiting), []);
  const { busy, problem, submit } = useSubmit(async () => {
    if (!email.trim() || !password) throw new Refused(said(["Remplissez l’adresse et le mot de passe.", "Fill in the address and the password."]));
    try {
      await signIn(email.trim(), password, code?.trim() || undefined);
    } catch (error) {
      // The first time it is a question, and no mistake.
      if (!(error instanceof CodeRequired) || code !== null) throw error;
      setCode("");
    }
  });
  if (forgotten) return <ForgottenPassword email={email} back={() => setForgotten(false)} />;

  return (
    <Door title={say(["Le bureau de Belle House", "Belle House’s desk"])}>
      {notice && <Alert>{notice}</Alert>}
      {waiting > 0 && (
        <Alert color="yellow">
          {say([
            `${waiting} photo(s) attendent sur cet appareil. Elles partent dès que vous êtes connecté.`,
            `${waiting} photo(s) are waiting on this device. They go as soon as you are signed in.`,
          ])}
        </Alert>
      )}
      <form onSubmit={submit} noValidate className="stack">
        <TextInput
          label={say(["Adresse e-mail", "E-mail address"])}
          type="email"
          name="email"
          autoComplete="username"
          autoFocus
          required
          withAsterisk={false}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label={say(["Mot de passe", "Password"])}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": say(["Montrer le mot de passe", "Show the password"]) }}
        />
        {code !== null && (
          <TextInput
            label={say(["Code", "Code"])}
            description={say([
              "Les six chiffres de votre application d’authentification, ou un code de secours.",
              "The six digits of your authenticator app, or a recovery code.",
            ])}
            name="code"
            autoComplete="one-time-code"
            autoFocus
            maxLength={64}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        )}
        {problem && (
          <Alert color="red" role="alert">
            {problem}
          </Alert>
        )}
        <Button type="submit" size="md" loading={busy}>
          {say(["Se connecter", "Sign in"])}
        </Button>
        <Button variant="subtle" onClick={() => setForgotten(true)}>
          {say(["Mot de passe oublié ?", "Forgotten your password?"])}
        </Button>
      </form>
      <Words size="sm" c="var(--quiet)">
        {say([
          "Vous restez connecté sur cet appareil jusqu’à ce que vous vous déconnectiez. S’il n’est pas le vôtre, déconnectez-vous en partant.",
          "You stay signed in on this device until you sign out. If it isn’t yours, sign out when you leave.",
        ])}
      </Words>
    </Door>
  );
}
