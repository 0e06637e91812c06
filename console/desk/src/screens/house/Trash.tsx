// Everything that was deleted, the latest first: taken out again with all that went along, or, by an administrator,
// removed for good. The API has a list for each kind; this is them together.

import { Button } from "@mantine/core";
import { ask } from "../../api/ask";
import { checkWhole } from "../../api/mistakes";
import { queries } from "../../api/queries";
import { moment } from "../../format";
import { ForceDeleteRecordDocument, RestoreRecordDocument, TrashDocument, type TrashQuery } from "../../gql/graphql";
import { ListScreen } from "../../list/ListScreen";
import type { ListSpec } from "../../list/types";
import { said } from "../../say";
import { ActButton } from "../../ui/ActButton";
import { confirm } from "../../ui/confirm";
import { toast } from "../../ui/toasts";
import { usePerson } from "../../useSession";
import { ReplacedPictures } from "./ReplacedPictures";
import { typeLabel } from "./types";

type Deleted = TrashQuery["clients"]["nodes"][number] | TrashQuery["invoices"]["nodes"][number] | TrashQuery["leads"]["nodes"][number];
interface Row {
  id: string;
  version: number;
  type: string;
  name: string;
  at: string;
  by: string;
}

async function everything(): Promise<Row[]> {
  const lists = Object.values(await ask(TrashDocument, {}));
  const rows = lists.filter((list) => typeof list === "object").flatMap((list) => (list as { nodes: Deleted[] }).nodes);
  return rows
    .map((it) => ({ id: it.id, version: it.version, type: it.__typename, name: it.name, at: it.deletedAt ?? "", by: it.deletedBy?.name ?? "" }))
    .sort((a, b) => b.at.localeCompare(a.at));
}

async function restore(row: Row): Promise<void> {
  const { restoreRecord } = await ask(RestoreRecordDocument, { input: { id: row.id, expectedVersion: row.version } });
  checkWhole(restoreRecord.userErrors);
  toast(said([`« ${row.name} » est de retour.`, `“${row.name}” is back.`]));
  void queries.invalidateQueries();
}

function removeForGood(row: Row): void {
  confirm({
    title: ["Effacer définitivement ?", "Remove for good?"],
    body: said([
      `« ${row.name} », ce qui en dépend et ses fichiers sont effacés. C’est irréversible.`,
      `“${row.name}”, what depends on it and its files are erased. This can’t be undone.`,
    ]),
    action: ["Effacer définitivement", "Remove for good"],
    danger: true,
    async run() {
      const { forceDeleteRecord } = await ask(ForceDeleteRecordDocument, { input: { id: row.id, expectedVersion: row.version } });
      checkWhole(forceDeleteRecord.userErrors);
      void queries.invalidateQueries();
    },
  });
}

const spec = (admin: boolean): ListSpec<Row> => ({
  kind: "trash",
  to: "/corbeille",
  title: ["Corbeille", "Bin"],
  async fetch({ page, pageSize }, search) {
    const words = (search.q ?? "").toLowerCase();
    const rows = (await everything()).filter((row) => row.name.toLowerCase().includes(words));
    return { nodes: rows.slice((page - 1) * pageSize, page * pageSize), totalCount: rows.length };
  },
  columns: [
    { label: ["Nom", "Name"], cell: (row) => row.name },
    { label: ["Genre", "Kind"], cell: (row) => said(typeLabel(row.type)) },
    { label: ["Supprimé", "Deleted"], cell: (row) => moment(row.at) },
    { label: ["Par", "By"], cell: (row) => row.by },
  ],
  rowActions: (row) => (
    <span className="row-actions">
      <ActButton size="compact-sm" run={() => restore(row)} aria-label={said([`Restaurer ${row.name}`, `Restore ${row.name}`])}>
        {said(["Restaurer", "Restore"])}
      </ActButton>
      {admin && (
        <Button size="compact-sm" variant="subtle" color="var(--danger)" aria-label={said([`Effacer ${row.name}`, `Remove ${row.name}`])} onClick={() => removeForGood(row)}>
          {said(["Effacer", "Remove"])}
        </Button>
      )}
    </span>
  ),
  filters: [{ name: "q", label: ["Nom", "Name"], kind: "search" }],
  empty: { title: ["La corbeille est vide.", "The bin is empty."], hint: ["Ce qui est supprimé attend ici qu’on le restaure.", "What is deleted waits here to be restored."] },
});

export const Trash = () => (
  <>
    <ListScreen spec={spec(usePerson()?.role === "ADMIN")} />
    <ReplacedPictures />
  </>
);
