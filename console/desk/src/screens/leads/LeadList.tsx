import { useSearch } from "@tanstack/react-router";
import { ask } from "../../api/ask";
import { checkWhole } from "../../api/mistakes";
import { moment } from "../../format";
import {
  ExportLeadsDocument, LeadsDocument, MarkLeadsReadDocument, type LeadFilterInput, type LeadOrder, type LeadRowFragment, type LeadStatus,
} from "../../gql/graphql";
import { LEAD_STATUS, options } from "../../labels";
import { ListScreen } from "../../list/ListScreen";
import { orderOf } from "../../list/order";
import type { ListSpec } from "../../list/types";
import { said, useSay } from "../../say";
import { keepFilters } from "../../shell/places";
import { ActButton } from "../../ui/ActButton";
import { download } from "../../ui/download";
import { GoButton } from "../../ui/Go";
import { Board } from "./Board";
import { LeadBadge } from "./LeadBadge";

const filterOf = (search: Record<string, string>): LeadFilterInput => ({
  search: search.q || null,
  status: search.status ? [search.status as LeadStatus] : null,
  read: search.read ? search.read === "yes" : null,
  assigned: search.assigned ? search.assigned === "yes" : null,
});

async function save(search: Record<string, string>): Promise<void> {
  const { exportLeads } = await ask(ExportLeadsDocument, { input: { filter: filterOf(search), separator: "SEMICOLON" } });
  checkWhole(exportLeads.userErrors);
  if (exportLeads.export) download(exportLeads.export);
}

const spec: ListSpec<LeadRowFragment> = {
  kind: "leads",
  to: "/demandes",
  title: ["Demandes", "Leads"],
  async fetch(page, search) {
    return (await ask(LeadsDocument, { ...page, filter: filterOf(search), orderBy: orderOf<LeadOrder>(search) })).leads;
  },
  link: (row) => `/demandes/${row.id}`,
  strong: (row) => !row.isRead,
  create: { to: "/demandes/nouvelle", label: ["Nouvelle demande", "New lead"] },
  actions: (search) => (
    <>
      <GoButton variant="default" to="/demandes" search={{ ...search, view: "board" }}>
        {said(["Tableau", "Board"])}
      </GoButton>
      <ActButton run={() => save(search)}>{said(["Exporter", "Export"])}</ActButton>
    </>
  ),
  columns: [
    { label: ["Nom", "Name"], cell: (row) => row.name },
    { label: ["Téléphone", "Phone"], cell: (row) => row.phoneFormatted },
    { label: ["État", "State"], cell: (row) => <LeadBadge status={row.status} /> },
    { label: ["Terrain", "Land"], cell: (row) => (row.hasLand ? (row.locationOfLand ?? said(["oui", "yes"])) : said(["non", "no"])), wideOnly: true },
    { label: ["Suivie par", "Followed by"], cell: (row) => row.assignee?.name ?? "" },
    { label: ["Reçue", "Received"], cell: (row) => moment(row.createdAt) },
  ],
  filters: [
    { name: "q", label: ["Nom, téléphone, e-mail", "Name, phone, e-mail"], kind: "search" },
    { name: "status", label: ["État", "State"], kind: "select", options: options(LEAD_STATUS) },
    { name: "read", label: ["Lue", "Read"], kind: "select", options: [["no", ["Pas encore", "Not yet"]], ["yes", ["Oui", "Yes"]]] },
    { name: "assigned", label: ["Attribuée", "Assigned"], kind: "select", options: [["no", ["À personne", "To nobody"]], ["yes", ["À quelqu’un", "To somebody"]]] },
  ],
  orders: [
    ["", ["Les plus récentes", "Newest"]],
    ["UPDATED_AT:DESC", ["Modifiées récemment", "Changed lately"]],
    ["NAME:ASC", ["Nom", "Name"]],
  ],
  bulk: [
    {
      label: ["Marquer lues", "Mark as read"],
      title: ["Marquer comme lues ?", "Mark as read?"],
      warning: ["Elles sortent de « Aujourd’hui » si elles ne sont plus nouvelles.", "They no longer stand out."],
      applies: (row) => !row.isRead,
      name: (row) => row.name,
      async run(rows) {
        const { markLeadsRead } = await ask(MarkLeadsReadDocument, { input: { rows: rows.map(({ id }) => ({ id })), read: true } });
        checkWhole(markLeadsRead.userErrors);
        return markLeadsRead.results;
      },
    },
  ],
  empty: {
    title: ["Pas encore de demande.", "No lead yet."],
    hint: ["Elles arrivent du site web ; « Nouvelle demande » note un appel ou une visite.", "They come from the website; “New lead” notes a call or a visit."],
  },
};

export function LeadList() {
  const say = useSay();
  const search = useSearch({ strict: false }) as Record<string, string>;
  if (search.view !== "board") return <ListScreen spec={spec} />;
  keepFilters("/demandes", search);
  return <Board title={say(spec.title)} search={search.q ?? ""} />;
}
