import { Alert } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { ask } from "../../api/ask";
import { stale } from "../../api/queries";
import { Editor } from "../../edit/Editor";
import { RecordScreen } from "../../edit/RecordScreen";
import type { AnyField, Field } from "../../edit/types";
import { typed } from "../../format";
import { CreateCreditNoteDocument, type CreateCreditNoteInput, InvoiceDocument } from "../../gql/graphql";
import { locale } from "../../labels";
import { useSay } from "../../say";
import { go } from "../../ui/Go";
import { invoiceName } from "./InvoiceList";
import { itemsField, linesOf, readInvoice } from "./invoiceForm";
import { Totals } from "./Totals";

const fields = [{ name: "subject", label: ["Objet", "Subject"], kind: "text", max: 500 }, itemsField] satisfies Field<CreateCreditNoteInput>[];

/** Takes an issued invoice back: all of it, or the lines that are left in the form. */
export function CreditNoteNew() {
  const say = useSay();
  const { id = "" } = useParams({ strict: false });
  return (
    <RecordScreen
      kind="invoices"
      id={id}
      back={{ to: `/factures/${id}`, label: say(["La facture", "The invoice"]) }}
      load={async (id) => (await ask(InvoiceDocument, { id, locale: locale() })).invoice}
      title={(invoice) => say([`Avoir sur ${invoiceName(invoice)}`, `Credit note for ${invoiceName(invoice)}`])}
    >
      {(invoice) => (
        <>
          <Alert color="yellow">
            {say([
              "L’avoir est émis aussitôt avec son numéro, et le client est prévenu. C’est irréversible. Retirez les lignes qui ne sont pas à reprendre.",
              "The credit note is issued at once with its number, and the client is told. This can’t be undone. Remove the lines that aren’t taken back.",
            ])}
          </Alert>
          <Editor
            fields={fields as unknown as AnyField[]}
            loaded={null}
            initial={{
              subject: "",
              items: linesOf(invoice).map(({ id: _, ...line }) => line),
              taxPercentage: typed(invoice.taxPercentage),
              currency: invoice.project.totalQuote.currency,
            }}
            saveLabel={say(["Émettre l’avoir", "Issue the credit note"])}
            read={readInvoice}
            save={async (patch, _, idempotencyKey) => {
              const input = { ...patch, invoiceId: id, idempotencyKey };
              const { createCreditNote } = await ask(CreateCreditNoteDocument, { input, locale: locale() });
              return { row: createCreditNote.creditNote, userErrors: createCreditNote.userErrors };
            }}
            done={(note) => {
              stale("invoices", "projects", "dashboard");
              void go(`/factures/${note.id}`, {}, true);
            }}
          >
            {(values) => <Totals values={values} />}
          </Editor>
        </>
      )}
    </RecordScreen>
  );
}
