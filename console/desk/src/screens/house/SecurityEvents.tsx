// What happened to my account, the latest first.

import { moment } from "../../format";
import type { AccountQuery } from "../../gql/graphql";
import { useSay } from "../../say";
import { Panel } from "../../ui/Panel";

type Event = NonNullable<AccountQuery["viewer"]>["securityEvents"]["nodes"][number];

export function SecurityEvents({ events }: { events: readonly Event[] }) {
  const say = useSay();
  return (
    <Panel title={say(["Ce qui s’est passé sur mon compte", "What happened to my account"])}>
      <ul className="cards">
        {events.map((event) => (
          <li key={event.id}>
            <div className="card-head">
              <span>{event.message}</span>
            </div>
            <p className="quiet">{[moment(event.at), event.deviceName, event.device, event.address, event.actor?.name].filter(Boolean).join(" · ")}</p>
          </li>
        ))}
      </ul>
      <p className="quiet">
        {say([
          "Un endroit ou un appareil que vous ne connaissez pas ? Changez votre mot de passe, puis prévenez un administrateur.",
          "A place or a device that you don’t know? Change your password, then tell an administrator.",
        ])}
      </p>
    </Panel>
  );
}
