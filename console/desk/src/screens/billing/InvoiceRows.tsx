import { day } from "../../format";
import type { InvoiceRowFragment } from "../../gql/graphql";
import { RowsView } from "../../list/RowsView";
import { said } from "../../say";
import { StatusBadge } from "./StatusBadge";

/** A few invoices, on the page of what they belong to. */
export function InvoiceRows({ rows, empty }: { rows: InvoiceRowFragment[]; empty: string }) {
  if (rows.length === 0) return <p className="quiet">{empty}</p>;
  return (
    <RowsView
      rows={rows}
      spec={{
        title: ["Factures", "Invoices"],
        link: (row) => `/factures/${row.id}`,
        columns: [
          { label: ["Numéro", "Number"], cell: (row) => row.number ?? `${said(["Brouillon", "Draft"])} · ${row.subject}` },
          { label: ["État", "State"], cell: (row) => <StatusBadge status={row.status} /> },
          { label: ["Échéance", "Due"], cell: (row) => day(row.dueDate) },
          { label: ["Net à payer", "Net to pay"], cell: (row) => row.netToPay.formatted, figure: true },
          { label: ["Solde", "Balance"], cell: (row) => row.balance.formatted, figure: true },
        ],
      }}
    />
  );
}
