// The list as a spreadsheet, and the journal for the accountant.

import { Button } from "@mantine/core";
import { ask } from "../../api/ask";
import { checkWhole } from "../../api/mistakes";
import { today } from "../../format";
import { ExportInvoicesDocument, ExportJournalDocument } from "../../gql/graphql";
import { useSay } from "../../say";
import { confirm } from "../../ui/confirm";
import { download } from "../../ui/download";
import { DateRange } from "./DateRange";
import { invoiceFilter } from "./InvoiceList";

export function ExportMenu({ search }: { search: Record<string, string> }) {
  const say = useSay();
  const range = { from: `${today().slice(0, 8)}01`, until: today() };
  return (
    <>
      <Button
        variant="default"
        onClick={() =>
          confirm({
            title: ["Exporter cette liste", "Export this list"],
            body: say(["Toutes les factures de la liste telle qu’elle est filtrée, pour un tableur en français.", "All invoices of the list as it is filtered, for a spreadsheet."]),
            action: ["Exporter", "Export"],
            async run() {
              const { exportInvoices } = await ask(ExportInvoicesDocument, { input: { filter: invoiceFilter(search), separator: "SEMICOLON" } });
              checkWhole(exportInvoices.userErrors);
              if (exportInvoices.export) download(exportInvoices.export);
            },
          })
        }
      >
        {say(["Exporter", "Export"])}
      </Button>
      <Button
        variant="default"
        onClick={() =>
          confirm({
            title: ["Journal comptable", "Accounting journal"],
            body: <DateRange range={range} />,
            action: ["Exporter", "Export"],
            async run() {
              const { exportAccountingJournal } = await ask(ExportJournalDocument, { input: { ...range, separator: "SEMICOLON" } });
              checkWhole(exportAccountingJournal.userErrors);
              if (exportAccountingJournal.export) download(exportAccountingJournal.export);
            },
          })
        }
      >
        {say(["Journal", "Journal"])}
      </Button>
    </>
  );
}
