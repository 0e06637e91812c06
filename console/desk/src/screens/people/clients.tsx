import { useQuery } from "@tanstack/react-query";
import { ask } from "../../api/ask";
import { NewPage, type NewSpec, RecordPage, type RecordSpec } from "../../edit/record";
import type { AnyField, Field } from "../../edit/types";
import {
  ClientAroundDocument, ClientDocument, type ClientFullFragment, type ClientOrder, type ClientPatchInput, type ClientRowFragment,
  ClientsDocument, CreateClientDocument, type CreateClientInput, DisableClientDocument, EnableClientDocument,
  ResendClientCredentialsDocument, UpdateClientDocument,
} from "../../gql/graphql";
import { LOCALE, PHASE, locale, options } from "../../labels";
import { ListScreen } from "../../list/ListScreen";
import { orderOf } from "../../list/order";
import { RowsView } from "../../list/RowsView";
import type { ListSpec } from "../../list/types";
import { said, useSay } from "../../say";
import { GoButton } from "../../ui/Go";
import { Panel } from "../../ui/Panel";
import { Loading } from "../../ui/states";
import { InvoiceRows } from "../billing/InvoiceRows";
import { AccessActions, AccessBadge, type AccessCalls } from "./access";

const calls: AccessCalls = {
  kind: "clients",
  disable: async (id) => (await ask(DisableClientDocument, { id })).disableClient,
  enable: async (id) => (await ask(EnableClientDocument, { id })).enableClient,
  resend: async (id) => (await ask(ResendClientCredentialsDocument, { id })).resendClientCredentials,
};

const list: ListSpec<ClientRowFragment> = {
  kind: "clients",
  to: "/clients",
  title: ["Clients", "Clients"],
  async fetch(page, search) {
    const filter = { search: search.q || null, disabled: search.access ? search.access === "shut" : null };
    return (await ask(ClientsDocument, { ...page, filter, orderBy: orderOf<ClientOrder>(search) })).clients;
  },
  link: (row) => `/clients/${row.id}`,
  create: { to: "/clients/nouveau", label: ["Nouveau client", "New client"] },
  columns: [
    { label: ["Nom", "Name"], cell: (row) => row.name },
    { label: ["E-mail", "E-mail"], cell: (row) => row.email, wideOnly: true },
    { label: ["Téléphone", "Phone"], cell: (row) => row.phone ?? "" },
    { label: ["Chantiers", "Projects"], cell: (row) => row.projects.nodes.map((it) => it.name).join(", ") },
    { label: ["Accès", "Access"], cell: (row) => (row.disabledAt || row.temporaryPasswordExpiresAt ? <AccessBadge account={row} /> : "") },
  ],
  filters: [
    { name: "q", label: ["Nom, e-mail, téléphone", "Name, e-mail, phone"], kind: "search" },
    { name: "access", label: ["Accès", "Access"], kind: "select", options: [["open", ["Ouvert", "Open"]], ["shut", ["Fermé", "Shut"]]] },
  ],
  orders: [
    ["", ["Les plus récents", "Newest"]],
    ["NAME:ASC", ["Nom", "Name"]],
  ],
  empty: {
    title: ["Pas encore de client.", "No client yet."],
    hint: ["« Nouveau client » en crée un et lui envoie son invitation.", "“New client” makes one and sends the invitation."],
  },
};

const fields = [
  { name: "name", label: ["Nom", "Name"], kind: "text", required: true, max: 200, half: true },
  { name: "email", label: ["E-mail", "E-mail"], kind: "email", required: true, half: true },
  { name: "phone", label: ["Téléphone", "Phone"], kind: "tel", half: true },
  { name: "locale", label: ["Langue", "Language"], kind: "select", required: true, options: options(LOCALE), half: true },
  { name: "address", label: ["Adresse", "Address"], kind: "long", max: 500 },
  { name: "whatsappEnabled", label: ["Joignable par WhatsApp", "Can be reached on WhatsApp"], kind: "switch" },
] satisfies Field<ClientPatchInput & CreateClientInput>[];

const page: RecordSpec<ClientFullFragment> = {
  kind: "clients",
  to: "/clients",
  list: ["Clients", "Clients"],
  load: async (id) => (await ask(ClientDocument, { id })).client,
  name: (client) => client.name,
  badge: (client) => <AccessBadge account={client} />,
  fields: fields as unknown as AnyField[],
  read: ({ version, name, email, phone, address, locale, whatsappEnabled }) => ({
    version,
    values: { name, email, phone: phone ?? "", address: address ?? "", locale, whatsappEnabled },
  }),
  async update(id, expectedVersion, patch) {
    const { updateClient } = await ask(UpdateClientDocument, { input: { id, expectedVersion, patch } });
    return { row: updateClient.client, userErrors: updateClient.userErrors };
  },
  touches: ["projects", "invoices"],
  actions: (client) => <AccessActions account={client} calls={calls} />,
  below: (client) => <Around id={client.id} />,
  along: ["Ses chantiers et leurs actualités vont avec, et ses appareils sont déconnectés.", "Their projects and updates go along, and their devices are signed out."],
};

/** Their projects, and what they owe. */
function Around({ id }: { id: string }) {
  const say = useSay();
  const { data } = useQuery({ queryKey: ["projects", "client", id], queryFn: () => ask(ClientAroundDocument, { id, locale: locale() }) });
  if (!data) return <Loading rows={3} />;
  return (
    <>
      <Panel
        title={say(["Chantiers", "Projects"])}
        actions={
          <GoButton size="sm" variant="default" to="/chantiers/nouveau" search={{ client: id }}>
            {say(["Nouveau chantier", "New project"])}
          </GoButton>
        }
      >
        <RowsView
          rows={data.client?.projects.nodes ?? []}
          spec={{
            title: ["Chantiers", "Projects"],
            link: (it) => `/chantiers/${it.id}`,
            columns: [
              { label: ["Nom", "Name"], cell: (it) => it.name },
              { label: ["Phase", "Phase"], cell: (it) => (it.closedAt ? said(["clos", "closed"]) : said(PHASE[it.currentPhase])) },
              { label: ["Avancement", "Progress"], cell: (it) => `${it.progressPercentage} %`, figure: true },
              { label: ["Devis", "Quote"], cell: (it) => it.totalQuote.formatted, figure: true },
              { label: ["Reste", "Left"], cell: (it) => it.balance.formatted, figure: true },
            ],
          }}
        />
      </Panel>
      <Panel title={say(["Ce qui est dû", "What is owed"])}>
        <InvoiceRows rows={data.invoices.nodes} empty={say(["Rien n’est dû.", "Nothing is owed."])} />
      </Panel>
    </>
  );
}

const fresh: NewSpec<ClientFullFragment> = {
  kind: "clients",
  to: "/clients",
  list: ["Clients", "Clients"],
  title: ["Nouveau client", "New client"],
  hint: [
    "À l’enregistrement, la personne reçoit par e-mail son invitation avec un mot de passe provisoire, bon pour 72 heures.",
    "On saving, the person gets the invitation by e-mail with a temporary password, good for 72 hours.",
  ],
  fields: fields as unknown as AnyField[],
  initial: { locale: "FR", whatsappEnabled: false },
  saveLabel: ["Créer et inviter", "Make and invite"],
  async create(input, idempotencyKey) {
    const { createClient } = await ask(CreateClientDocument, { input: { ...input, idempotencyKey } as unknown as CreateClientInput });
    return { row: createClient.client, userErrors: createClient.userErrors };
  },
};

export const ClientList = () => <ListScreen spec={list} />;
export const ClientPage = () => <RecordPage spec={page} />;
export const ClientNew = () => <NewPage spec={fresh} />;
