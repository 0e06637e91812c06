// What may be done with an invoice, each with what becomes irreversible.

import { Button, NativeSelect, Stack, Text as Words, TextInput } from "@mantine/core";
import { Keys, ask } from "../../api/ask";
import { checkWhole } from "../../api/mistakes";
import { stale } from "../../api/queries";
import { local, today } from "../../format";
import {
  CancelInvoiceDocument, DuplicateInvoiceDocument, type InvoiceFullFragment, IssueInvoiceDocument, MarkInvoicePaidDocument, type PaymentMode,
} from "../../gql/graphql";
import { PAYMENT_MODE } from "../../labels";
import { said, useSay } from "../../say";
import { confirm } from "../../ui/confirm";
import { GoButton, go } from "../../ui/Go";
import { toast } from "../../ui/toasts";

const keys = new Keys();
const changed = () => stale("invoices", "payments", "projects", "dashboard");

function issue(invoice: InvoiceFullFragment): void {
  confirm({
    title: ["Émettre la facture ?", "Issue the invoice?"],
    body: said([
      `Elle reçoit son numéro et ${invoice.clientName} est prévenu aussitôt (application, e-mail). Ensuite plus rien ne la change : on ne peut que l’encaisser, faire un avoir ou l’annuler. C’est irréversible.`,
      `It gets its number and ${invoice.clientName} is told at once (app, e-mail). From then on nothing changes it: it can be paid, credited or cancelled. This can’t be undone.`,
    ]),
    action: ["Émettre", "Issue"],
    async run() {
      const input = { id: invoice.id, expectedVersion: invoice.version };
      const { issueInvoice } = await ask(IssueInvoiceDocument, { input: { ...input, idempotencyKey: keys.for(input) } });
      checkWhole(issueInvoice.userErrors);
      toast(said([`Émise sous le numéro ${issueInvoice.invoice?.number}.`, `Issued as ${issueInvoice.invoice?.number}.`]));
      changed();
    },
  });
}

function markPaid(invoice: InvoiceFullFragment): void {
  const how: { paidOn: string; mode: PaymentMode; reference: string } = { paidOn: today(), mode: invoice.paymentMode ?? "TRANSFER", reference: "" };
  confirm({
    title: ["Marquer comme payée ?", "Mark as paid?"],
    body: <PaidHow how={how} balance={invoice.balance.formatted} />,
    action: ["Enregistrer le paiement", "Record the payment"],
    async run() {
      const input = { id: invoice.id, expectedVersion: invoice.version, ...how, reference: how.reference.trim() || null };
      const { markInvoicePaid } = await ask(MarkInvoicePaidDocument, { input: { ...input, idempotencyKey: keys.for(input) } });
      checkWhole(markInvoicePaid.userErrors);
      changed();
    },
  });
}

function PaidHow({ how, balance }: { how: { paidOn: string; mode: PaymentMode; reference: string }; balance: string }) {
  const say = useSay();
  return (
    <Stack gap="sm">
      <Words>
        {say([
          `Un paiement de ${balance} est enregistré et le client prévenu. Un paiement ne s’efface pas : il s’annule, et cela se voit.`,
          `A payment of ${balance} is recorded and the client told. A payment isn’t erased: it is voided, and that shows.`,
        ])}
      </Words>
      <TextInput type="date" label={say(["Reçu le", "Received on"])} defaultValue={how.paidOn} onChange={(event) => (how.paidOn = event.currentTarget.value)} />
      <NativeSelect
        label={say(["Mode", "How"])}
        defaultValue={how.mode}
        onChange={(event) => (how.mode = event.currentTarget.value as PaymentMode)}
        data={Object.entries(PAYMENT_MODE).map(([value, label]) => ({ value, label: say(label) }))}
      />
      <TextInput label={say(["Référence", "Reference"])} maxLength={500} onChange={(event) => (how.reference = event.currentTarget.value)} />
    </Stack>
  );
}

function cancel(invoice: InvoiceFullFragment): void {
  confirm({
    title: ["Annuler la facture ?", "Cancel the invoice?"],
    body: said([
      `Le client est prévenu, un avoir solde ce qui reste, l’acompte redevient disponible. ${invoice.number} garde son numéro et reste annulée : c’est irréversible.`,
      `The client is told, a credit note takes what is left, the advance is free again. ${invoice.number} keeps its number and stays cancelled: this can’t be undone.`,
    ]),
    reason: ["Raison", "Reason"],
    action: ["Annuler la facture", "Cancel the invoice"],
    danger: true,
    async run(reason) {
      const input = { id: invoice.id, expectedVersion: invoice.version, reason };
      const { cancelInvoice } = await ask(CancelInvoiceDocument, { input: { ...input, idempotencyKey: keys.for(input) } });
      checkWhole(cancelInvoice.userErrors);
      changed();
    },
  });
}

/** A draft like it: for what is billed again, or was cancelled to be corrected. */
function duplicate(invoice: InvoiceFullFragment): void {
  confirm({
    title: ["Refaire cette facture ?", "Make this invoice again?"],
    body: said([
      "Un nouveau brouillon avec les mêmes lignes, sans acompte ni échéance. Le client n’en voit rien avant l’émission.",
      "A new draft with the same lines, without advance and due date. The client sees nothing of it before it is issued.",
    ]),
    action: ["Créer le brouillon", "Create the draft"],
    async run() {
      const input = { id: invoice.id };
      const { duplicateInvoice } = await ask(DuplicateInvoiceDocument, { input: { ...input, idempotencyKey: keys.for({ duplicate: input }) } });
      checkWhole(duplicateInvoice.userErrors);
      // The next one is another.
      keys.done();
      changed();
      if (duplicateInvoice.invoice) await go(`/factures/${duplicateInvoice.invoice.id}`);
    },
  });
}

export function InvoiceActions({ invoice }: { invoice: InvoiceFullFragment }) {
  const say = useSay();
  const { status } = invoice;
  const issued = status === "SENT" || status === "OVERDUE" || status === "PAID";
  const owed = status === "SENT" || status === "OVERDUE";
  const plain = invoice.kind === "INVOICE";
  return (
    <>
      {invoice.pdfUrl && (
        <Button component="a" href={local(invoice.pdfUrl)} target="_blank" rel="noreferrer" variant="default">
          PDF
        </Button>
      )}
      {status === "DRAFT" && <Button onClick={() => issue(invoice)}>{say(["Émettre", "Issue"])}</Button>}
      {plain && owed && (
        <>
          <Button onClick={() => markPaid(invoice)}>{say(["Marquer payée", "Mark as paid"])}</Button>
          <GoButton variant="default" to="/paiements/nouveau" search={{ invoice: invoice.id }}>
            {say(["Paiement partiel", "Part payment"])}
          </GoButton>
        </>
      )}
      {plain && (
        <Button variant="default" onClick={() => duplicate(invoice)}>
          {say(["Refaire", "Make again"])}
        </Button>
      )}
      {plain && issued && (
        <>
          <GoButton variant="default" to={`/factures/${invoice.id}/avoir`}>
            {say(["Faire un avoir", "Credit"])}
          </GoButton>
          <Button variant="subtle" color="var(--danger)" onClick={() => cancel(invoice)}>
            {say(["Annuler", "Cancel"])}
          </Button>
        </>
      )}
    </>
  );
}
