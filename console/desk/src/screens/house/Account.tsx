// My password and second factor, where I am signed in, which phones get my pushes, and what happened to my account.

import { Badge } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ask } from "../../api/ask";
import { checkWhole } from "../../api/mistakes";
import { stale } from "../../api/queries";
import { moment } from "../../format";
import { AccountDocument, RevokeOtherSessionsDocument, RevokeSessionDocument, UnregisterDeviceDocument } from "../../gql/graphql";
import { ROLE } from "../../labels";
import { said, useSay } from "../../say";
import { PasswordForm } from "../../shell/PasswordForm";
import { ActButton } from "../../ui/ActButton";
import { Panel } from "../../ui/Panel";
import { Screen } from "../../ui/Screen";
import { Loading, Problem } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { SecondFactor } from "./SecondFactor";
import { SecurityEvents } from "./SecurityEvents";

export function Account() {
  const say = useSay();
  const account = useQuery({ queryKey: ["account"], queryFn: async () => (await ask(AccountDocument, {})).viewer });
  const me = account.data;
  return (
    <Screen title={say(["Mon compte", "My account"])}>
      {account.isPending && <Loading />}
      {account.isError && <Problem error={account.error} retry={() => void account.refetch()} />}
      {me && (
        <>
          <p className="quiet">
            {me.name} · {me.email} · {say(ROLE[me.role])}
          </p>
          <Panel title={say(["Mot de passe", "Password"])}>
            <div className="narrow">
              <PasswordForm
                done={() => {
                  toast(said(["Le mot de passe est changé.", "The password is changed."]));
                  stale("account");
                }}
              />
            </div>
          </Panel>
          <SecondFactor factor={me.secondFactor} />
          <Panel
            title={say(["Connexions", "Sign-ins"])}
            actions={
              me.sessions.length > 1 && (
                <ActButton
                  size="sm"
                  run={async () => {
                    checkWhole((await ask(RevokeOtherSessionsDocument, {})).revokeOtherSessions.userErrors);
                    stale("account");
                  }}
                >
                  {say(["Déconnecter les autres", "Sign the others out"])}
                </ActButton>
              )
            }
          >
            <ul className="cards">
              {me.sessions.map((session) => (
                <li key={session.id}>
                  <div className="card-head">
                    <span>
                      {session.deviceName ?? say(["Appareil inconnu", "Unknown device"])}{" "}
                      {session.isCurrent && <Badge tt="none">{say(["celle-ci", "this one"])}</Badge>}
                    </span>
                    {!session.isCurrent && (
                      <ActButton
                        size="compact-sm"
                        run={async () => {
                          checkWhole((await ask(RevokeSessionDocument, { input: { id: session.id } })).revokeSession.userErrors);
                          stale("account");
                        }}
                      >
                        {say(["Déconnecter", "Sign out"])}
                      </ActButton>
                    )}
                  </div>
                  <p className="quiet">
                    {say(["depuis le ", "since "])}
                    {moment(session.createdAt)} · {say(["vue le ", "seen "])}
                    {moment(session.lastSeenAt)}
                  </p>
                </li>
              ))}
            </ul>
          </Panel>
          {me.devices.length > 0 && (
            <Panel title={say(["Appareils notifiés", "Devices that get pushes"])}>
              <ul className="cards">
                {me.devices.map((device) => (
                  <li key={device.id}>
                    <div className="card-head">
                      {device.platform} {device.appVersion}
                      <ActButton
                        size="compact-sm"
                        run={async () => {
                          checkWhole((await ask(UnregisterDeviceDocument, { input: { id: device.id } })).unregisterDevice.userErrors);
                          stale("account");
                        }}
                      >
                        {say(["Retirer", "Remove"])}
                      </ActButton>
                    </div>
                  </li>
                ))}
              </ul>
            </Panel>
          )}
          <SecurityEvents events={me.securityEvents.nodes} />
        </>
      )}
    </Screen>
  );
}
