import { useSay } from "../say";
import { GoButton } from "./Go";
import { Screen } from "./Screen";
import { Empty } from "./states";

export function Nowhere() {
  const say = useSay();
  return (
    <Screen title={say(["Introuvable", "Not found"])}>
      <Empty title={say(["Il n’y a rien ici.", "There is nothing here."])}>
        <GoButton to="/">{say(["Retour à l’accueil", "Back home"])}</GoButton>
      </Empty>
    </Screen>
  );
}
