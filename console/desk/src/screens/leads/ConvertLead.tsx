// A lead becomes a client with a project: an existing client if there is one, so that nobody is there twice.

import { Alert, Button, Group } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { ask } from "../../api/ask";
import { queries } from "../../api/queries";
import { Editor } from "../../edit/Editor";
import { RecordScreen } from "../../edit/RecordScreen";
import type { AnyField, Picked } from "../../edit/types";
import {
  type ConvertLeadClientInput, ConvertLeadDocument, type ConvertLeadInput, type ConvertLeadProjectInput, LeadDocument, type LeadFullFragment,
} from "../../gql/graphql";
import { LOCALE, PHASE, options } from "../../labels";
import { useSay } from "../../say";
import { go } from "../../ui/Go";
import { findClients, picked } from "../find";

const client = (name: keyof ConvertLeadClientInput) => `client.${name}`;
const project = (name: keyof ConvertLeadProjectInput) => `project.${name}`;
const isNew = (values: Record<string, unknown>) => !values.clientId;

const fields: AnyField[] = [
  { name: "clientId", label: ["Client existant", "Existing client"], kind: "pick", find: findClients, section: ["1. Le client", "1. The client"], hint: ["Laissez vide pour en créer un.", "Leave it empty to make a new one."] },
  { name: client("name"), label: ["Nom", "Name"], kind: "text", max: 200, required: true, half: true, when: isNew },
  { name: client("email"), label: ["E-mail", "E-mail"], kind: "email", required: true, half: true, when: isNew },
  { name: client("phone"), label: ["Téléphone", "Phone"], kind: "tel", half: true, when: isNew },
  { name: client("locale"), label: ["Langue", "Language"], kind: "select", options: options(LOCALE), half: true, when: isNew },
  { name: client("address"), label: ["Adresse", "Address"], kind: "text", when: isNew },
  { name: "invite", label: ["Envoyer l’invitation avec un mot de passe provisoire", "Send the invitation with a temporary password"], kind: "switch", when: isNew },
  { name: project("name"), label: ["Nom du chantier", "Project’s name"], kind: "text", max: 200, required: true, section: ["2. Le chantier", "2. The project"] },
  { name: project("startDate"), label: ["Début", "Start"], kind: "date", half: true },
  { name: project("estimatedCompletion"), label: ["Fin prévue", "Expected end"], kind: "date", half: true },
  { name: project("currentPhase"), label: ["Phase", "Phase"], kind: "select", options: options(PHASE), half: true },
  { name: project("totalQuote"), label: ["Devis", "Quote"], kind: "decimal", half: true },
];

/** `{"client.name": …}` as `{client: {name: …}}`. */
function nested(flat: Record<string, unknown>): Record<string, Record<string, unknown>> {
  const input: Record<string, Record<string, unknown>> = {};
  for (const [at, value] of Object.entries(flat)) {
    const [outer = "", inner] = at.split(".");
    if (inner) (input[outer] ??= {})[inner] = value;
  }
  return input;
}

export function ConvertLead() {
  const say = useSay();
  const { id = "" } = useParams({ strict: false });
  return (
    <RecordScreen
      kind="leads"
      id={id}
      back={{ to: `/demandes/${id}`, label: say(["La demande", "The lead"]) }}
      load={async (id) => (await ask(LeadDocument, { id })).lead}
      title={(lead) => say([`Convertir : ${lead.name}`, `Convert: ${lead.name}`])}
    >
      {(lead) => <Form lead={lead} />}
    </RecordScreen>
  );
}

function Form({ lead }: { lead: LeadFullFragment }) {
  const say = useSay();
  const [known, setKnown] = useState<Picked | null>(null);
  return (
    <>
      {lead.knownClients.length > 0 && (
        <Alert color="yellow" title={say(["Cette personne est peut-être déjà cliente", "This person may be a client already"])}>
          <Group gap="xs">
            {lead.knownClients.map((it) => (
              <Button key={it.id} size="sm" variant="default" onClick={() => setKnown(picked(it))}>
                {say([`C’est ${it.name} (${it.email})`, `It’s ${it.name} (${it.email})`])}
              </Button>
            ))}
          </Group>
        </Alert>
      )}
      <Editor<{ id: string; version: number }>
        key={known?.id}
        fields={fields}
        loaded={null}
        initial={{
          clientId: known,
          "client.name": lead.name,
          "client.email": lead.email ?? "",
          "client.phone": lead.phone,
          "client.locale": "FR",
          invite: true,
          "project.name": say([`Maison ${lead.name}`, `House ${lead.name}`]),
          "project.currentPhase": "FOUNDATION",
        }}
        saveLabel={say(["Créer le client et le chantier", "Make the client and the project"])}
        read={({ version }) => ({ version, values: {} })}
        save={async ({ clientId, invite, ...flat }, _, idempotencyKey) => {
          const { client, project } = nested(flat);
          const whose = clientId ? { clientId } : { client, invite };
          const input = { id: lead.id, expectedVersion: lead.version, ...whose, project, idempotencyKey } as unknown as ConvertLeadInput;
          const { convertLead } = await ask(ConvertLeadDocument, { input });
          return { row: convertLead.project, userErrors: convertLead.userErrors };
        }}
        done={(made) => {
          void go(`/chantiers/${made.id}`, {}, true);
          void queries.invalidateQueries();
        }}
      />
    </>
  );
}
