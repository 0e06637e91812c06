// An issued invoice, which nothing changes any more: read it, and what followed.

import { Alert, Title } from "@mantine/core";
import { day, moment, typed } from "../../format";
import type { InvoiceFullFragment } from "../../gql/graphql";
import { RowsView } from "../../list/RowsView";
import { useSay } from "../../say";
import { Go } from "../../ui/Go";
import { paymentColumns } from "./PaymentList";

export function IssuedInvoice({ invoice }: { invoice: InvoiceFullFragment }) {
  const say = useSay();
  const facts = [
    [say(["Émise le", "Issued on"]), day(invoice.issueDate)],
    [say(["Échéance", "Due"]), day(invoice.dueDate)],
    [say(["Objet", "Subject"]), invoice.subject],
    [say(["Adresse", "Address"]), invoice.clientAddress],
    [say(["En lettres", "In words"]), invoice.amountInWords],
  ] as const;
  const sums = [
    [say(["Total HT", "Subtotal"]), invoice.subtotal.formatted],
    [say([`TVA ${typed(invoice.taxPercentage)} %`, `Tax ${typed(invoice.taxPercentage)}%`]), invoice.taxAmount.formatted],
    [say(["Total TTC", "Total with tax"]), invoice.totalTtc.formatted],
    [say(["Acompte", "Advance"]), invoice.advancePayment.formatted],
    [say(["Net à payer", "Net to pay"]), invoice.netToPay.formatted],
    [say(["Payé", "Paid"]), invoice.amountPaid.formatted],
    [say(["Avoirs", "Credited"]), invoice.amountCredited.formatted],
    [say(["Solde", "Balance"]), invoice.balance.formatted],
  ] as const;
  return (
    <>
      {invoice.cancelledAt && (
        <Alert color="gray" title={say([`Annulée le ${moment(invoice.cancelledAt)}`, `Cancelled on ${moment(invoice.cancelledAt)}`])}>
          {invoice.cancelReason}
        </Alert>
      )}
      {Number(invoice.refundDue.amount) > 0 && (
        <Alert color="orange">{say([`À rembourser au client : ${invoice.refundDue.formatted}`, `To be paid back: ${invoice.refundDue.formatted}`])}</Alert>
      )}
      {invoice.creditedInvoice && (
        <p>
          {say(["Avoir sur ", "Credits "])}
          <Go to={`/factures/${invoice.creditedInvoice.id}`}>{invoice.creditedInvoice.number}</Go>
        </p>
      )}
      <div className="beside">
        <dl className="facts">
          {facts.map(([label, value]) => value && <Fact key={label} label={label} value={value} />)}
        </dl>
        <dl className="facts totals">
          {sums.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd className="figure">{value}</dd>
            </div>
          ))}
        </dl>
      </div>
      <RowsView
        rows={invoice.items}
        spec={{
          title: ["Lignes", "Lines"],
          columns: [
            { label: ["Désignation", "Description"], cell: (item) => item.description },
            { label: ["Quantité", "Quantity"], cell: (item) => typed(item.quantity), figure: true },
            { label: ["Prix unitaire", "Unit price"], cell: (item) => item.unitPrice.formatted, figure: true },
            { label: ["Total", "Total"], cell: (item) => item.totalPrice.formatted, figure: true },
          ],
        }}
      />
      {invoice.payments.length > 0 && (
        <section className="panel">
          <Title order={2} size="h4">
            {say(["Paiements", "Payments"])}
          </Title>
          <RowsView rows={invoice.payments} spec={{ title: ["Paiements", "Payments"], columns: paymentColumns, link: (it) => `/paiements/${it.id}` }} />
        </section>
      )}
      {invoice.creditNotes.length > 0 && (
        <section className="panel">
          <Title order={2} size="h4">
            {say(["Avoirs", "Credit notes"])}
          </Title>
          <RowsView
            rows={invoice.creditNotes}
            spec={{
              title: ["Avoirs", "Credit notes"],
              link: (it) => `/factures/${it.id}`,
              columns: [
                { label: ["Numéro", "Number"], cell: (it) => it.number },
                { label: ["Date", "Date"], cell: (it) => day(it.issueDate) },
                { label: ["Montant", "Amount"], cell: (it) => it.netToPay.formatted, figure: true },
              ],
            }}
          />
        </section>
      )}
    </>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </>
  );
}
