import { Button, Text as Words } from "@mantine/core";
import { signOut } from "../../../shared/session";
import { useSay } from "../say";
import { Door } from "./Door";

export function NotStaff() {
  const say = useSay();
  return (
    <Door title={say(["Ce bureau est celui de l’équipe", "This desk is the team’s"])}>
      <Words>
        {say(["Ce compte est celui d’un client : suivez votre chantier dans l’application.", "This is a client’s account: follow your project in the app."])}
      </Words>
      <Button onClick={() => void signOut()}>{say(["Se déconnecter", "Sign out"])}</Button>
    </Door>
  );
}
