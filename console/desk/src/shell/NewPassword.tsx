import { Button, Text as Words } from "@mantine/core";
import { signOut } from "../../../shared/session";
import { useSay } from "../say";
import { Door } from "./Door";
import { PasswordForm } from "./PasswordForm";

/** The first thing that somebody does whose password came by e-mail. */
export function NewPassword() {
  const say = useSay();
  return (
    <Door title={say(["Choisissez votre mot de passe", "Choose your password"])}>
      <Words>
        {say(["Votre mot de passe est provisoire. Choisissez le vôtre pour continuer.", "Your password is temporary. Choose your own to go on."])}
      </Words>
      <PasswordForm />
      <Button variant="subtle" onClick={() => void signOut()}>
        {say(["Se déconnecter", "Sign out"])}
      </Button>
    </Door>
  );
}
