import { Button, Text as Words } from "@mantine/core";
import { hasSecondFactor, signOut } from "../../../shared/session";
import { useSay } from "../say";
import { Door } from "./Door";
import { SecondFactorForm } from "./SecondFactorForm";

/** The first thing that somebody does of whom the company asks for a second factor. */
export function NewSecondFactor() {
  const say = useSay();
  return (
    <Door title={say(["Un second facteur", "A second factor"])}>
      <Words>
        {say([
          "Votre compte doit se connecter avec un second facteur : un code que donne une application sur votre téléphone. Configurez-le pour continuer.",
          "Your account must sign in with a second factor: a code that an app on your phone gives. Set it up to go on.",
        ])}
      </Words>
      <SecondFactorForm done={hasSecondFactor} />
      <Button variant="subtle" onClick={() => void signOut()}>
        {say(["Se déconnecter", "Sign out"])}
      </Button>
    </Door>
  );
}
