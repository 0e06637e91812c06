import { ask } from "../../api/ask";
import { NewPage, type NewSpec } from "../../edit/record";
import type { AnyField, Field } from "../../edit/types";
import { CreateLeadDocument, type CreateLeadInput, type LeadFullFragment } from "../../gql/graphql";

const fields: Field<CreateLeadInput>[] = [
  { name: "name", label: ["Nom", "Name"], kind: "text", required: true, max: 200, half: true },
  { name: "phone", label: ["Téléphone", "Phone"], kind: "tel", required: true, half: true },
  { name: "email", label: ["E-mail", "E-mail"], kind: "email", half: true },
  { name: "locationOfLand", label: ["Où est le terrain", "Where the land is"], kind: "text", max: 500, half: true },
  { name: "hasLand", label: ["A un terrain", "Has land"], kind: "switch" },
  { name: "message", label: ["Sa demande", "What they ask"], kind: "long", max: 10_000 },
];

const spec: NewSpec<LeadFullFragment> = {
  kind: "leads",
  to: "/demandes",
  list: ["Demandes", "Leads"],
  title: ["Nouvelle demande", "New lead"],
  hint: ["Un appel, une visite : notez-les ici pour ne pas les oublier.", "A call, a visit: note them here so that they aren’t forgotten."],
  fields: fields as AnyField[],
  touches: ["dashboard"],
  async create(input, idempotencyKey) {
    const { createLead } = await ask(CreateLeadDocument, { input: { ...input, idempotencyKey } as unknown as CreateLeadInput });
    return { row: createLead.lead, userErrors: createLead.userErrors };
  },
};

export const LeadNew = () => <NewPage spec={spec} />;
