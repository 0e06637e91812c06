// Recovery codes, shown once.

import { Alert, Button } from "@mantine/core";
import { useSay } from "../say";

export function RecoveryCodes({ codes, done }: { codes: readonly string[]; done: () => void }) {
  const say = useSay();
  return (
    <div className="stack">
      <Alert>
        {say([
          "Voici vos codes de secours. Chacun remplace l’application une seule fois. Imprimez-les ou recopiez-les maintenant, et gardez-les ailleurs que sur ce téléphone : ils ne seront plus affichés.",
          "These are your recovery codes. Each stands in for the app once. Print or copy them now, and keep them elsewhere than on that phone: they are not shown again.",
        ])}
      </Alert>
      <pre className="secret">{codes.join("\n")}</pre>
      <Button onClick={done}>{say(["Je les ai notés", "I have noted them"])}</Button>
    </div>
  );
}
