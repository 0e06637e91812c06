import { useParams } from "@tanstack/react-router";
import { ask } from "../../api/ask";
import { queries, stale } from "../../api/queries";
import { DeleteButton } from "../../edit/DeleteButton";
import { Editor } from "../../edit/Editor";
import { RecordScreen } from "../../edit/RecordScreen";
import { InvoiceDocument, type InvoiceFullFragment, UpdateInvoiceDocument } from "../../gql/graphql";
import { locale } from "../../labels";
import { useSay } from "../../say";
import { Go } from "../../ui/Go";
import { InvoiceActions } from "./InvoiceActions";
import { invoiceName } from "./InvoiceList";
import { draftFields, readInvoice } from "./invoiceForm";
import { IssuedInvoice } from "./IssuedInvoice";
import { StatusBadge } from "./StatusBadge";
import { Totals } from "./Totals";

export function InvoicePage() {
  const say = useSay();
  const { id = "" } = useParams({ strict: false });
  return (
    <RecordScreen<InvoiceFullFragment>
      kind="invoices"
      id={id}
      back={{ to: "/factures", label: say(["Factures", "Invoices"]) }}
      load={async (id) => (await ask(InvoiceDocument, { id, locale: locale() })).invoice}
      title={invoiceName}
      badge={(invoice) => <StatusBadge status={invoice.status} />}
      actions={(invoice) => <InvoiceActions invoice={invoice} />}
    >
      {(invoice) => (
        <>
          <p className="quiet">
            {invoice.clientName} · <Go to={`/chantiers/${invoice.project.id}`}>{invoice.project.name}</Go>
          </p>
          {invoice.status === "DRAFT" ? <Draft key={invoice.id} invoice={invoice} /> : <IssuedInvoice invoice={invoice} />}
        </>
      )}
    </RecordScreen>
  );
}

function Draft({ invoice }: { invoice: InvoiceFullFragment }) {
  return (
    <Editor
      fields={draftFields}
      loaded={readInvoice(invoice)}
      read={readInvoice}
      save={async (patch, version) => {
        const input = { id: invoice.id, expectedVersion: version!, patch };
        const { updateInvoice } = await ask(UpdateInvoiceDocument, { input, locale: locale() });
        return { row: updateInvoice.invoice, userErrors: updateInvoice.userErrors };
      }}
      done={(saved) => {
        queries.setQueryData(["invoices", "one", saved.id], saved);
        stale("invoices", "projects");
      }}
      actions={<DeleteButton record={invoice} name={invoiceName(invoice)} back="/factures" />}
    >
      {(values) => <Totals values={values} />}
    </Editor>
  );
}
