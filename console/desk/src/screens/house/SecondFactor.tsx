// My second factor: set up, new recovery codes, off.

import { Alert, Button, Group, PasswordInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { Refused } from "../../../../shared/session";
import { ask } from "../../api/ask";
import { checkWhole } from "../../api/mistakes";
import { stale } from "../../api/queries";
import { moment } from "../../format";
import { DisableTotpDocument, RegenerateRecoveryCodesDocument } from "../../gql/graphql";
import { said, useSay } from "../../say";
import { RecoveryCodes } from "../../shell/RecoveryCodes";
import { SecondFactorForm } from "../../shell/SecondFactorForm";
import { useSubmit } from "../../shell/useSubmit";
import { Panel } from "../../ui/Panel";
import { toast } from "../../ui/toasts";

interface Factor {
  since: string;
  recoveryCodesLeft: number;
}

export function SecondFactor({ factor }: { factor: Factor | null | undefined }) {
  const say = useSay();
  const [open, setOpen] = useState<"setUp" | "codes" | "off" | null>(null);
  const close = () => {
    setOpen(null);
    stale("account");
  };
  return (
    <Panel title={say(["Second facteur", "Second factor"])}>
      <div className="narrow stack">
        <p className="quiet">
          {factor
            ? say([
                `Activé le ${moment(factor.since)}. Codes de secours restants : ${factor.recoveryCodesLeft}.`,
                `On since ${moment(factor.since)}. Recovery codes left: ${factor.recoveryCodesLeft}.`,
              ])
            : say([
                "Avec un code de votre téléphone en plus du mot de passe, celui qui connaît votre mot de passe n’entre pas.",
                "With a code of your phone besides the password, whoever knows your password doesn’t get in.",
              ])}
        </p>
        {open === null && (
          <Group gap="xs">
            {factor ? (
              <>
                <Button variant="default" onClick={() => setOpen("codes")}>
                  {say(["Nouveaux codes de secours", "New recovery codes"])}
                </Button>
                <Button variant="subtle" color="var(--danger)" onClick={() => setOpen("off")}>
                  {say(["Désactiver", "Switch off"])}
                </Button>
              </>
            ) : (
              <Button variant="default" onClick={() => setOpen("setUp")}>
                {say(["Activer", "Switch on"])}
              </Button>
            )}
          </Group>
        )}
        {open === "setUp" && <SecondFactorForm done={close} />}
        {open === "codes" && <Change close={close} />}
        {open === "off" && <Change close={close} off />}
      </div>
    </Panel>
  );
}

/** Switching off, or new codes: both take a code. */
function Change({ close, off = false }: { close: () => void; off?: boolean }) {
  const say = useSay();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [codes, setCodes] = useState<string[] | null>(null);
  const { busy, problem, submit } = useSubmit(async () => {
    if (!code.trim() || (off && !password)) throw new Refused(said(["Remplissez tous les champs.", "Fill everything in."]));
    if (off) {
      checkWhole((await ask(DisableTotpDocument, { input: { password, code: code.trim() } })).disableTotp.userErrors);
      toast(said(["Le second facteur est désactivé.", "The second factor is off."]));
      return close();
    }
    const { regenerateRecoveryCodes } = await ask(RegenerateRecoveryCodesDocument, { input: { code: code.trim() } });
    checkWhole(regenerateRecoveryCodes.userErrors);
    setCodes(regenerateRecoveryCodes.recoveryCodes);
  });
  if (codes) return <RecoveryCodes codes={codes} done={close} />;
  return (
    <form onSubmit={submit} noValidate className="stack">
      {off && (
        <PasswordInput
          label={say(["Votre mot de passe", "Your password"])}
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": say(["Montrer le mot de passe", "Show the password"]) }}
        />
      )}
      <TextInput
        label={say(["Code", "Code"])}
        description={say([
          "Les six chiffres de votre application d’authentification, ou un code de secours.",
          "The six digits of your authenticator app, or a recovery code.",
        ])}
        autoComplete="one-time-code"
        maxLength={64}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      {problem && (
        <Alert color="red" role="alert">
          {problem}
        </Alert>
      )}
      <Group gap="xs">
        <Button type="submit" color={off ? "red.9" : undefined} loading={busy}>
          {off ? say(["Désactiver", "Switch off"]) : say(["Créer les codes", "Make the codes"])}
        </Button>
        <Button variant="default" onClick={close} disabled={busy}>
          {say(["Annuler", "Cancel"])}
        </Button>
      </Group>
    </form>
  );
}
