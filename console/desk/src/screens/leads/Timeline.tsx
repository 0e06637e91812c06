import { moment } from "../../format";
import type { LeadFullFragment, LeadTimelineKind } from "../../gql/graphql";
import { LEAD_STATUS } from "../../labels";
import { type Text, useSay } from "../../say";
import { Panel } from "../../ui/Panel";

const KIND: Record<LeadTimelineKind, Text> = {
  RECEIVED: ["Reçue", "Received"],
  STATUS_CHANGED: ["État", "State"],
  ASSIGNED: ["Attribuée", "Assigned"],
  NOTED: ["Note", "Note"],
  CORRECTED: ["Corrigée", "Corrected"],
  EMAIL: ["E-mail", "E-mail"],
  CONVERTED: ["Convertie", "Converted"],
};

export function Timeline({ entries }: { entries: LeadFullFragment["timeline"]["nodes"] }) {
  const say = useSay();
  return (
    <Panel title={say(["Ce qui s’est passé", "What happened"])}>
      <ol className="timeline">
        {[...entries].reverse().map((entry) => (
          <li key={entry.id}>
            <small>
              {moment(entry.at)}
              {entry.by && ` · ${entry.by.name}`}
            </small>
            <b>{say(KIND[entry.kind])}</b>
            {entry.newStatus && <span>{say(LEAD_STATUS[entry.newStatus])}</span>}
            {entry.kind === "ASSIGNED" && <span>{entry.assignee?.name ?? say(["à personne", "to nobody"])}</span>}
            {entry.text && <p>{entry.text}</p>}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
