import { Alert, Button } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { Keys, ask } from "../../api/ask";
import { checkWhole } from "../../api/mistakes";
import { stale } from "../../api/queries";
import { RecordScreen } from "../../edit/RecordScreen";
import { day, local, moment } from "../../format";
import { PaymentDocument, type PaymentRowFragment, VoidPaymentDocument } from "../../gql/graphql";
import { PAYMENT_MODE, locale } from "../../labels";
import { said, useSay } from "../../say";
import { confirm } from "../../ui/confirm";
import { Go } from "../../ui/Go";

const keys = new Keys();

function voidIt(payment: PaymentRowFragment): void {
  confirm({
    title: ["Annuler le paiement ?", "Void the payment?"],
    body: said([
      `${payment.amount.formatted} : le solde de la facture augmente d’autant et le client le voit. Le paiement reste dans les livres, annulé. C’est irréversible.`,
      `${payment.amount.formatted}: the invoice’s balance grows by it and the client sees that. The payment stays in the books, voided. This can’t be undone.`,
    ]),
    reason: ["Raison", "Reason"],
    action: ["Annuler le paiement", "Void the payment"],
    danger: true,
    async run(reason) {
      const input = { id: payment.id, expectedVersion: payment.version, reason };
      const { voidPayment } = await ask(VoidPaymentDocument, { input: { ...input, idempotencyKey: keys.for(input) } });
      checkWhole(voidPayment.userErrors);
      stale("payments", "invoices", "projects", "dashboard");
    },
  });
}

export function PaymentPage() {
  const say = useSay();
  const { id = "" } = useParams({ strict: false });
  return (
    <RecordScreen
      kind="payments"
      id={id}
      back={{ to: "/paiements", label: say(["Paiements", "Payments"]) }}
      load={async (id) => {
        const { node } = await ask(PaymentDocument, { id, locale: locale() });
        return node?.__typename === "Payment" ? node : null;
      }}
      title={(payment) => say([`Paiement du ${day(payment.paidOn)}`, `Payment of ${day(payment.paidOn)}`])}
      actions={(payment) => (
        <>
          {payment.receiptUrl && (
            <Button component="a" href={local(payment.receiptUrl)} target="_blank" rel="noreferrer" variant="default">
              {say(["Reçu (PDF)", "Receipt (PDF)"])}
            </Button>
          )}
          {!payment.voidedAt && (
            <Button variant="subtle" color="var(--danger)" onClick={() => voidIt(payment)}>
              {say(["Annuler", "Void"])}
            </Button>
          )}
        </>
      )}
    >
      {(payment) => (
        <>
          {payment.voidedAt && (
            <Alert color="gray" title={say([`Annulé le ${moment(payment.voidedAt)}`, `Voided on ${moment(payment.voidedAt)}`])}>
              {payment.voidReason}
            </Alert>
          )}
          <dl className="facts">
            <dt>{say(["Montant", "Amount"])}</dt>
            <dd>{payment.amount.formatted}</dd>
            <dt>{say(["Client", "Client"])}</dt>
            <dd>
              <Go to={`/clients/${payment.project.client.id}`}>{payment.project.client.name}</Go>
            </dd>
            <dt>{say(["Chantier", "Project"])}</dt>
            <dd>
              <Go to={`/chantiers/${payment.project.id}`}>{payment.project.name}</Go>
            </dd>
            <dt>{say(["Facture", "Invoice"])}</dt>
            <dd>
              {payment.invoice ? <Go to={`/factures/${payment.invoice.id}`}>{payment.invoice.number}</Go> : say(["acompte, sans facture", "advance, without an invoice"])}
            </dd>
            <dt>{say(["Mode", "How"])}</dt>
            <dd>{say(PAYMENT_MODE[payment.mode])}</dd>
            <dt>{say(["Référence", "Reference"])}</dt>
            <dd>{payment.reference ?? "–"}</dd>
            <dt>{say(["Enregistré", "Recorded"])}</dt>
            <dd>
              {moment(payment.createdAt)} · {payment.createdBy?.name}
            </dd>
          </dl>
        </>
      )}
    </RecordScreen>
  );
}
