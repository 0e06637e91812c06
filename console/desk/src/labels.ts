// The schema's words in people's. Complete by construction: a value that the schema gains stops the build here.

import type {
  AuditAction, DeliveryChannel, DeliveryStatus, FormDoubt, InvoiceKind, InvoiceStatus, LeadStatus, Locale, PaymentMode,
  PortfolioCategory, ProjectPhase, Role,
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

export const PHASE: Record<ProjectPhase, Text> = {
  FOUNDATION: ["Fondations", "Foundations"],
  ELEVATION: ["Élévation", "Elevation"],
  ROOFING: ["Toiture", "Roofing"],
  FINISHING: ["Finitions", "Finishing"],
  HANDOVER: ["Remise des clés", "Handover"],
};

export const LEAD_STATUS: Record<LeadStatus, Text> = {
  NEW: ["Nouvelle", "New"],
  CONTACTED: ["Contactée", "Contacted"],
  CONVERTED: ["Convertie", "Converted"],
  LOST: ["Perdue", "Lost"],
};

export const DOUBT: Record<FormDoubt, Text> = {
  NO_FORM_TIME: ["Formulaire sans heure : peut-être un robot", "Form without a time: maybe a robot"],
  FORM_TIME_IN_FUTURE: ["Heure du formulaire dans le futur", "Form’s time in the future"],
  FORM_TIME_TOO_OLD: ["Formulaire ouvert depuis très longtemps", "Form opened very long ago"],
};

export const LOCALE: Record<Locale, Text> = { FR: ["Français", "French"], EN: ["Anglais", "English"] };

export const ROLE: Record<Role, Text> = {
  STAFF: ["Équipe", "Staff"],
  ADMIN: ["Administration", "Administrator"],
  CLIENT: ["Client", "Client"],
};

export const DELIVERY_STATUS: Record<DeliveryStatus, Text> = {
  PENDING: ["En attente", "Waiting"],
  SENT: ["Envoyé", "Sent"],
  NO_DEVICE: ["Aucun appareil", "No device"],
  DEAD: ["Abandonné", "Given up"],
  HELD: ["Retenu", "Held"],
  CANCELLED: ["Annulé", "Cancelled"],
};

export const CHANNEL: Record<DeliveryChannel, Text> = { PUSH: ["Notification", "Push"], EMAIL: ["E-mail", "E-mail"] };

export const AUDIT_ACTION: Record<AuditAction, Text> = {
  CREATE: ["Création", "Created"],
  UPDATE: ["Modification", "Changed"],
  DELETE: ["Suppression", "Deleted"],
  RESTORE: ["Restauration", "Restored"],
  FORCE_DELETE: ["Effacement définitif", "Removed for good"],
  EXPORT: ["Export", "Exported"],
  DOWNLOAD: ["Téléchargement", "Downloaded"],
};

export const CATEGORY: Record<PortfolioCategory, Text> = {
  REALIZATION: ["Réalisation (bâtie)", "Realisation (built)"],
  PROJECT: ["Projet (conçu)", "Design (not built)"],
};
