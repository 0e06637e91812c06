// What a payment or an invoice is for, by some letters of its name.

import { ask } from "../../api/ask";
import type { Picked } from "../../edit/types";
import { FindPayableInvoicesDocument, FindProjectsDocument, type CurrencyCode, type PayableInvoiceQuery } from "../../gql/graphql";
import { locale } from "../../labels";

interface Project {
  id: string;
  name: string;
  client: { name: string };
  totalQuote: { currency: CurrencyCode };
}

/** Its currency comes along: the lines are added up in it. */
export const pickedProject = (project: Project): Picked & { currency: CurrencyCode } => ({
  id: project.id,
  label: project.name,
  detail: project.client.name,
  currency: project.totalQuote.currency,
});

export async function findProjects(search: string): Promise<Picked[]> {
  const { projects } = await ask(FindProjectsDocument, { search: search || null });
  return projects.nodes.map(pickedProject);
}

export const pickedInvoice = (invoice: NonNullable<PayableInvoiceQuery["invoice"]>): Picked => ({
  id: invoice.id,
  label: `${invoice.number ?? ""} · ${invoice.clientName}`,
  detail: invoice.balance.formatted,
});

export async function findPayableInvoices(search: string): Promise<Picked[]> {
  const { invoices } = await ask(FindPayableInvoicesDocument, { search: search || null, locale: locale() });
  return invoices.nodes.map(pickedInvoice);
}
