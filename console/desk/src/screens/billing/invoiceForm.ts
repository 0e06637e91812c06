// A draft invoice as a form.

import type { AnyField, Field, Loaded } from "../../edit/types";
import { typed } from "../../format";
import type { CreateInvoiceInput, InvoiceFullFragment, InvoicePatch } from "../../gql/graphql";
import { PAYMENT_MODE, options } from "../../labels";
import { said } from "../../say";
import { findProjects } from "./find";
import { LinesField } from "./LinesField";
import { type Line, toItems } from "./lines";

export const itemsField = {
  name: "items" as const,
  label: ["Lignes", "Lines"] as const,
  kind: "own" as const,
  view: LinesField,
  input: (lines: Line[]) => toItems(lines),
  show: (lines: Line[]) => lines.map((line) => `${line.quantity} × ${line.description} (${line.unitPrice})`).join("\n") || said(["aucune", "none"]),
};

const details: Field<InvoicePatch>[] = [
  { name: "subject", label: ["Objet", "Subject"], kind: "text", required: true, max: 500 },
  { name: "dueDate", label: ["Échéance", "Due date"], kind: "date", half: true },
  { name: "paymentMode", label: ["Mode de paiement", "Way to pay"], kind: "select", options: options(PAYMENT_MODE), half: true },
  { name: "taxPercentage", label: ["TVA (%)", "Tax (%)"], kind: "decimal", half: true },
  {
    name: "advancePayment",
    label: ["Acompte à déduire", "Advance to deduct"],
    kind: "decimal",
    half: true,
    hint: ["Pris sur les paiements du chantier sans facture.", "Taken from the project’s payments without an invoice."],
  },
  itemsField,
];

export const draftFields = details as AnyField[];

const project: Field<CreateInvoiceInput> = { name: "projectId", label: ["Chantier", "Project"], kind: "pick", required: true, find: findProjects };
export const newFields = [project, ...details] as AnyField[];

export function linesOf(invoice: InvoiceFullFragment): Line[] {
  return invoice.items.map((item) => ({
    id: item.id,
    description: item.description,
    quantity: typed(item.quantity),
    unitPrice: typed(item.unitPrice.amount),
  }));
}

export const readInvoice = (invoice: InvoiceFullFragment): Loaded => ({
  version: invoice.version,
  values: {
    subject: invoice.subject,
    dueDate: invoice.dueDate ?? "",
    paymentMode: invoice.paymentMode ?? "",
    taxPercentage: typed(invoice.taxPercentage),
    advancePayment: typed(invoice.advancePayment.amount),
    items: linesOf(invoice),
    currency: invoice.project.totalQuote.currency,
  },
});
