import { Badge } from "@mantine/core";
import { ask } from "../../api/ask";
import { day } from "../../format";
import { PaymentsDocument, type PaymentMode, type PaymentOrder, type PaymentRowFragment } from "../../gql/graphql";
import { PAYMENT_MODE, locale, options } from "../../labels";
import { ListScreen } from "../../list/ListScreen";
import { orderOf } from "../../list/order";
import type { Column, ListSpec } from "../../list/types";
import { said } from "../../say";

export const paymentColumns: Column<PaymentRowFragment>[] = [
  { label: ["Reçu le", "Received on"], cell: (row) => day(row.paidOn) },
  { label: ["Client", "Client"], cell: (row) => row.project.client.name },
  { label: ["Chantier", "Project"], cell: (row) => row.project.name, wideOnly: true },
  { label: ["Facture", "Invoice"], cell: (row) => row.invoice?.number ?? said(["acompte", "advance"]) },
  { label: ["Mode", "How"], cell: (row) => said(PAYMENT_MODE[row.mode]) },
  { label: ["Référence", "Reference"], cell: (row) => row.reference ?? "", wideOnly: true },
  {
    label: ["Montant", "Amount"],
    figure: true,
    cell: (row) => (row.voidedAt ? <Badge color="gray.8" tt="none">{`${said(["annulé", "voided"])} · ${row.amount.formatted}`}</Badge> : row.amount.formatted),
  },
];

const spec: ListSpec<PaymentRowFragment> = {
  kind: "payments",
  to: "/paiements",
  title: ["Paiements", "Payments"],
  async fetch(page, search) {
    const filter = {
      mode: (search.mode as PaymentMode) || null,
      paidFrom: search.from || null,
      paidUntil: search.until || null,
      includeVoided: search.voided === "yes",
      clientId: search.client || null,
      projectId: search.project || null,
    };
    return (await ask(PaymentsDocument, { ...page, filter, orderBy: orderOf<PaymentOrder>(search), locale: locale() })).payments;
  },
  link: (row) => `/paiements/${row.id}`,
  create: { to: "/paiements/nouveau", label: ["Enregistrer un paiement", "Record a payment"] },
  columns: paymentColumns,
  filters: [
    { name: "from", label: ["Du", "From"], kind: "date" },
    { name: "until", label: ["Au", "Until"], kind: "date" },
    { name: "mode", label: ["Mode", "How"], kind: "select", options: options(PAYMENT_MODE) },
    { name: "voided", label: ["Annulés", "Voided"], kind: "select", options: [["yes", ["Montrer aussi", "Show too"]]] },
  ],
  orders: [
    ["", ["Les plus récents", "Newest"]],
    ["AMOUNT:DESC", ["Montant le plus élevé", "Largest"]],
  ],
  empty: {
    title: ["Pas encore de paiement.", "No payment yet."],
    hint: ["« Enregistrer un paiement » note l’argent reçu, avec ou sans facture.", "“Record a payment” notes money received, with or without an invoice."],
  },
};

export const PaymentList = () => <ListScreen spec={spec} />;
