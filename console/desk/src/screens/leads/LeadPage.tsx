import { Alert } from "@mantine/core";
import { useEffect } from "react";
import { ask } from "../../api/ask";
import { stale } from "../../api/queries";
import { RecordPage, type RecordSpec } from "../../edit/record";
import type { AnyField, Field } from "../../edit/types";
import { LeadDocument, type LeadFullFragment, type LeadPatch, MarkLeadsReadDocument, UpdateLeadDocument } from "../../gql/graphql";
import { DOUBT, LEAD_STATUS, options } from "../../labels";
import { said, useSay } from "../../say";
import { Go, GoButton } from "../../ui/Go";
import { findStaff, picked } from "../find";
import { LeadBadge } from "./LeadBadge";
import { Timeline } from "./Timeline";

const { CONVERTED: _, ...BY_HAND } = LEAD_STATUS;

const fields: Field<LeadPatch>[] = [
  { name: "status", label: ["État", "State"], kind: "select", options: options(BY_HAND), half: true, when: (values) => values.status !== "CONVERTED" },
  { name: "assigneeId", label: ["Suivie par", "Followed by"], kind: "pick", find: findStaff, half: true },
  { name: "notes", label: ["Notes de l’équipe", "Team’s notes"], kind: "long", max: 10_000 },
  { name: "name", label: ["Nom", "Name"], kind: "text", required: true, max: 200, section: ["La personne", "The person"], half: true },
  { name: "phone", label: ["Téléphone", "Phone"], kind: "tel", required: true, half: true },
  { name: "email", label: ["E-mail", "E-mail"], kind: "email", half: true },
  { name: "locationOfLand", label: ["Où est le terrain", "Where the land is"], kind: "text", max: 500, half: true },
  { name: "hasLand", label: ["A un terrain", "Has land"], kind: "switch" },
  { name: "message", label: ["Sa demande", "What they ask"], kind: "long", max: 10_000 },
];

const spec: RecordSpec<LeadFullFragment> = {
  kind: "leads",
  to: "/demandes",
  list: ["Demandes", "Leads"],
  load: async (id) => (await ask(LeadDocument, { id })).lead,
  name: (lead) => lead.name,
  badge: (lead) => <LeadBadge status={lead.status} />,
  fields: fields as AnyField[],
  read: (lead) => ({
    version: lead.version,
    values: {
      status: lead.status,
      assigneeId: picked(lead.assignee),
      notes: lead.notes ?? "",
      name: lead.name,
      phone: lead.phone,
      email: lead.email ?? "",
      hasLand: lead.hasLand,
      locationOfLand: lead.locationOfLand ?? "",
      message: lead.message ?? "",
    },
  }),
  async update(id, expectedVersion, patch) {
    const { updateLead } = await ask(UpdateLeadDocument, { input: { id, expectedVersion, patch } });
    return { row: updateLead.lead, userErrors: updateLead.userErrors };
  },
  touches: ["dashboard"],
  actions: (lead) => (
    <>
      <a className="text-button" href={`tel:${lead.phone}`}>
        {said(["Appeler", "Call"])}
      </a>
      {lead.status !== "CONVERTED" && <GoButton to={`/demandes/${lead.id}/convertir`}>{said(["Convertir en client", "Make a client"])}</GoButton>}
    </>
  ),
  above: (lead) => <Around lead={lead} />,
  below: (lead) => <Timeline entries={lead.timeline.nodes} />,
};

/** What else is known of the person. */
function Around({ lead }: { lead: LeadFullFragment }) {
  const say = useSay();
  useEffect(() => {
    if (lead.isRead) return;
    void ask(MarkLeadsReadDocument, { input: { rows: [{ id: lead.id }], read: true } })
      .then(() => stale("leads", "dashboard"))
      .catch(() => {});
  }, [lead.id, lead.isRead]);
  return (
    <>
      {lead.client && lead.project && (
        <Alert color="green">
          {say(["Devenue : ", "Became: "])}
          <Go to={`/clients/${lead.client.id}`}>{lead.client.name}</Go> · <Go to={`/chantiers/${lead.project.id}`}>{lead.project.name}</Go>
        </Alert>
      )}
      {lead.doubt && <Alert color="yellow">{say(DOUBT[lead.doubt])}</Alert>}
      {lead.duplicates.length > 0 && (
        <Alert color="yellow" title={say(["La même personne a peut-être déjà écrit", "The same person may have written before"])}>
          <ul>
            {lead.duplicates.map((it) => (
              <li key={it.id}>
                <Go to={`/demandes/${it.id}`}>{it.name}</Go> · {it.phoneFormatted} · {say(LEAD_STATUS[it.status])}
              </li>
            ))}
          </ul>
        </Alert>
      )}
      {lead.interestedIn && <p className="quiet">{say([`Intéressée par : ${lead.interestedIn.title}`, `Interested in: ${lead.interestedIn.title}`])}</p>}
    </>
  );
}

export const LeadPage = () => <RecordPage spec={spec} />;
