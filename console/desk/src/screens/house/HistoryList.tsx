import { ask } from "../../api/ask";
import { moment } from "../../format";
import { type AuditAction, AuditLogDocument, type HistoryRowFragment } from "../../gql/graphql";
import { AUDIT_ACTION, options } from "../../labels";
import { ListScreen } from "../../list/ListScreen";
import type { ListSpec } from "../../list/types";
import { said } from "../../say";
import { Go } from "../../ui/Go";
import { Changes } from "./HistoryEntries";
import { pageOf, typeLabel } from "./types";

const startOf = (day: string | undefined) => (day ? `${day}T00:00:00+01:00` : null);
const endOf = (day: string | undefined) => (day ? `${day}T23:59:59+01:00` : null);

function Record({ entry }: { entry: HistoryRowFragment }) {
  const page = pageOf(entry.recordType, entry.recordId);
  const label = said(typeLabel(entry.recordType));
  return page && entry.action !== "FORCE_DELETE" ? <Go to={page}>{label}</Go> : label;
}

const spec: ListSpec<HistoryRowFragment> = {
  kind: "history",
  to: "/historique",
  title: ["Historique", "History"],
  async fetch(page, search) {
    const filter = {
      action: search.action ? [search.action as AuditAction] : null,
      from: startOf(search.from),
      until: endOf(search.until),
    };
    return (await ask(AuditLogDocument, { ...page, filter, direction: "DESC" })).auditLog;
  },
  columns: [
    { label: ["Quand", "When"], cell: (row) => moment(row.at) },
    { label: ["Qui", "Who"], cell: (row) => row.actor?.name ?? said(["le système", "the system"]) },
    { label: ["Quoi", "What"], cell: (row) => said(AUDIT_ACTION[row.action]) },
    { label: ["Sur", "On"], cell: (row) => <Record entry={row} /> },
    { label: ["Changements", "Changes"], cell: (row) => <Changes changes={row.changes} /> },
  ],
  filters: [
    { name: "action", label: ["Quoi", "What"], kind: "select", options: options(AUDIT_ACTION) },
    { name: "from", label: ["Du", "From"], kind: "date" },
    { name: "until", label: ["Au", "Until"], kind: "date" },
  ],
  empty: { title: ["Rien encore.", "Nothing yet."], hint: ["Chaque changement de l’équipe paraît ici.", "Each change by the team appears here."] },
};

export const HistoryList = () => <ListScreen spec={spec} />;
