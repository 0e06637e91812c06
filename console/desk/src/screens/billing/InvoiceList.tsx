import { ask, Keys } from "../../api/ask";
import { ListScreen } from "../../list/ListScreen";
import type { ListSpec } from "../../list/types";
import { day, today } from "../../format";
import {
  InvoicesDocument, IssueInvoicesDocument, MarkInvoicesPaidDocument, type InvoiceFilterInput, type InvoiceKind, type InvoiceOrder,
  type InvoiceRowFragment, type InvoiceStatus,
} from "../../gql/graphql";
import { INVOICE_KIND, INVOICE_STATUS, locale, options } from "../../labels";
import { said } from "../../say";
import { orderOf } from "../../list/order";
import { checkWhole } from "../../api/mistakes";
import { ExportMenu } from "./ExportMenu";
import { StatusBadge } from "./StatusBadge";

export const invoiceName = (row: { number?: string | null; subject: string }) => row.number ?? `${said(["Brouillon", "Draft"])} · ${row.subject}`;

export const invoiceFilter = (search: Record<string, string>): InvoiceFilterInput => ({
  search: search.q || null,
  status: search.status ? [search.status as InvoiceStatus] : null,
  kind: (search.kind as InvoiceKind) || null,
  dueFrom: search.dueFrom || null,
  dueUntil: search.dueUntil || null,
  issuedFrom: search.issuedFrom || null,
  issuedUntil: search.issuedUntil || null,
  clientId: search.client || null,
  projectId: search.project || null,
});

const keys = new Keys();
const versions = (rows: InvoiceRowFragment[]) => rows.map((row) => ({ id: row.id, expectedVersion: row.version }));

const spec: ListSpec<InvoiceRowFragment> = {
  kind: "invoices",
  to: "/factures",
  title: ["Factures", "Invoices"],
  async fetch(page, search) {
    const variables = { ...page, filter: invoiceFilter(search), orderBy: orderOf<InvoiceOrder>(search), locale: locale() };
    return (await ask(InvoicesDocument, variables)).invoices;
  },
  link: (row) => `/factures/${row.id}`,
  strong: (row) => row.status === "OVERDUE",
  create: { to: "/factures/nouvelle", label: ["Nouvelle facture", "New invoice"] },
  actions: (search) => <ExportMenu search={search} />,
  columns: [
    { label: ["Numéro", "Number"], cell: invoiceName },
    { label: ["Client", "Client"], cell: (row) => row.clientName },
    { label: ["Objet", "Subject"], cell: (row) => row.subject, wideOnly: true },
    { label: ["État", "State"], cell: (row) => <StatusBadge status={row.status} /> },
    { label: ["Échéance", "Due"], cell: (row) => day(row.dueDate) },
    { label: ["Total TTC", "Total"], cell: (row) => row.totalTtc.formatted, figure: true, wideOnly: true },
    { label: ["Net à payer", "Net to pay"], cell: (row) => row.netToPay.formatted, figure: true },
    { label: ["Solde", "Balance"], cell: (row) => row.balance.formatted, figure: true },
  ],
  filters: [
    { name: "q", label: ["Numéro, client, objet", "Number, client, subject"], kind: "search" },
    { name: "status", label: ["État", "State"], kind: "select", options: options(INVOICE_STATUS) },
    { name: "kind", label: ["Genre", "Kind"], kind: "select", options: options(INVOICE_KIND) },
    { name: "dueFrom", label: ["Échéance du", "Due from"], kind: "date" },
    { name: "dueUntil", label: ["au", "until"], kind: "date" },
  ],
  orders: [
    ["", ["Les plus récentes", "Newest"]],
    ["DUE_DATE:ASC", ["Échéance la plus proche", "Due soonest"]],
    ["TOTAL:DESC", ["Montant le plus élevé", "Largest"]],
    ["NUMBER:ASC", ["Numéro", "Number"]],
  ],
  bulk: [
    {
      label: ["Émettre", "Issue"],
      title: ["Émettre ces factures ?", "Issue these invoices?"],
      warning: [
        "Chacune reçoit son numéro, n’est plus modifiable, et le client est prévenu aussitôt. C’est irréversible.",
        "Each gets its number, can’t be changed any more, and the client is told at once. This can’t be undone.",
      ],
      applies: (row) => row.status === "DRAFT",
      name: invoiceName,
      async run(rows) {
        const input = { rows: versions(rows) };
        const { issueInvoices } = await ask(IssueInvoicesDocument, { input: { ...input, idempotencyKey: keys.for(input) } });
        checkWhole(issueInvoices.userErrors);
        return issueInvoices.results;
      },
    },
    {
      label: ["Marquer payées", "Mark as paid"],
      title: ["Marquer ces factures comme payées ?", "Mark these invoices as paid?"],
      warning: [
        "Un paiement d’aujourd’hui est enregistré pour le solde de chacune, et le client est prévenu. Un paiement ne s’efface pas : il s’annule.",
        "A payment of today is recorded for the balance of each, and the client is told. A payment isn’t erased: it is voided.",
      ],
      applies: (row) => row.status === "SENT" || row.status === "OVERDUE",
      name: invoiceName,
      async run(rows) {
        const input = { rows: versions(rows), paidOn: today() };
        const { markInvoicesPaid } = await ask(MarkInvoicesPaidDocument, { input: { ...input, idempotencyKey: keys.for(input) } });
        checkWhole(markInvoicesPaid.userErrors);
        return markInvoicesPaid.results;
      },
    },
  ],
  empty: {
    title: ["Pas encore de facture.", "No invoice yet."],
    hint: ["« Nouvelle facture » en prépare une : le client ne la voit qu’une fois émise.", "“New invoice” prepares one: the client sees it once it is issued."],
  },
};

export const InvoiceList = () => <ListScreen spec={spec} />;
