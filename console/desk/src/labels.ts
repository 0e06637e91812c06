// The schema's words in people's. Complete by construction: a value that the schema gains stops the build here.

import type {
  InvoiceKind, InvoiceStatus, Locale, PaymentMode,
  
} from "./gql/graphql";
import type { Options } from "./list/types";
import type { Text } from "./say";
import { currentLanguage } from "../../shared/language";

export const options = (labels: Record<string, Text>): Options => Object.entries(labels);

/** In which language the server is to write amounts. */
export const locale = (): Locale => (currentLanguage() === "en" ? "EN" : "FR");

export const INVOICE_STATUS: Record<InvoiceStatus, Text> = {
  DRAFT: ["Brouillon", "Draft"],
  SENT: ["Émise", "Issued"],
  OVERDUE: ["Échue", "Overdue"],
  PAID: ["Payée", "Paid"],
  CANCELLED: ["Annulée", "Cancelled"],
};

export const INVOICE_KIND: Record<InvoiceKind, Text> = {
  INVOICE: ["Facture", "Invoice"],
  CREDIT_NOTE: ["Avoir", "Credit note"],
};

export const PAYMENT_MODE: Record<PaymentMode, Text> = {
  TRANSFER: ["Virement", "Transfer"],
  MOBILE_MONEY: ["Argent mobile", "Mobile money"],
  CASH: ["Espèces", "Cash"],
  CHECK: ["Chèque", "Cheque"],
};

