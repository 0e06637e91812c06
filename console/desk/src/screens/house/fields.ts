// The fields that the history speaks of, as people call them.

import { type Text, said } from "../../say";

const FIELDS: Record<string, Text> = {
  advancePayment: ["acompte", "advance"],
  address: ["adresse", "address"],
  amount: ["montant", "amount"],
  answer: ["réponse", "answer"],
  area: ["surface", "area"],
  assigneeId: ["suivi par", "followed by"],
  bankDetails: ["coordonnées bancaires", "bank details"],
  cancelReason: ["raison de l’annulation", "reason for cancelling"],
  category: ["genre", "kind"],
  city: ["ville", "city"],
  clientAddress: ["adresse du client", "client’s address"],
  clientId: ["client", "client"],
  clientName: ["nom du client", "client’s name"],
  clientPhone: ["téléphone du client", "client’s phone"],
  closedAt: ["clos le", "closed on"],
  company: ["société", "company"],
  content: ["texte", "text"],
  country: ["pays", "country"],
  creditedInvoiceId: ["facture reprise", "credited invoice"],
  currency: ["monnaie", "currency"],
  currentPhase: ["phase", "phase"],
  description: ["description", "description"],
  disabledAt: ["accès fermé le", "shut out on"],
  district: ["quartier", "district"],
  dueDate: ["échéance", "due date"],
  email: ["e-mail", "e-mail"],
  estimatedCompletion: ["fin prévue", "expected end"],
  excerpt: ["résumé", "excerpt"],
  externalLink: ["lien", "link"],
  gallery: ["galerie", "gallery"],
  hasLand: ["a un terrain", "has land"],
  images: ["photos", "photos"],
  invoiceId: ["facture", "invoice"],
  isActive: ["active", "active"],
  isFeatured: ["mis en avant", "featured"],
  isPublished: ["visible", "shown"],
  isRead: ["lu", "read"],
  issueDate: ["date d’émission", "date of issue"],
  issuedAt: ["émise le", "issued at"],
  items: ["lignes", "lines"],
  kind: ["genre", "kind"],
  locale: ["langue", "language"],
  locationOfLand: ["lieu du terrain", "where the land is"],
  message: ["message", "message"],
  mode: ["mode de paiement", "way to pay"],
  name: ["nom", "name"],
  netToPay: ["net à payer", "net to pay"],
  notes: ["notes", "notes"],
  number: ["numéro", "number"],
  order: ["ordre", "order"],
  paidOn: ["reçu le", "received on"],
  password: ["mot de passe", "password"],
  paymentMode: ["mode de paiement", "way to pay"],
  paymentTerms: ["conditions de paiement", "payment terms"],
  phone: ["téléphone", "phone"],
  postedAt: ["publiée le", "posted on"],
  progressPercentage: ["avancement", "progress"],
  projectId: ["chantier", "project"],
  projectName: ["chantier", "project"],
  publishedAt: ["visible depuis", "shown from"],
  question: ["question", "question"],
  rating: ["note", "rating"],
  reference: ["référence", "reference"],
  role: ["rôle", "role"],
  sequence: ["rang", "rank"],
  series: ["série", "series"],
  shortDescription: ["texte", "text"],
  slug: ["adresse sur le site", "address on the website"],
  startDate: ["début", "start"],
  state: ["état", "state"],
  status: ["état", "state"],
  subject: ["objet", "subject"],
  subtotal: ["total HT", "subtotal"],
  taxAmount: ["TVA", "tax"],
  taxPercentage: ["taux de TVA", "tax rate"],
  title: ["titre", "title"],
  totalQuote: ["devis", "quote"],
  totalTtc: ["total TTC", "total with tax"],
  usage: ["usage", "use"],
  videos: ["vidéos", "videos"],
  voidReason: ["raison de l’annulation", "reason for voiding"],
  voidedAt: ["annulé le", "voided on"],
  website: ["site web", "website"],
  whatsappEnabled: ["WhatsApp", "WhatsApp"],
  year: ["année", "year"],
};

export function fieldName(field: string): string {
  const known = FIELDS[field];
  if (known) return said(known);
  const french = FIELDS[field.replace(/En$/, "")];
  return french && field.endsWith("En") ? `${said(french)} ${said(["(anglais)", "(English)"])}` : field;
}

const LONGEST = 200;
const ID = /\b[a-z]{3}_[0-9a-z]{20,}\b/g;

/** A value in the history: not endless, and without ids, which say nothing to people. */
export function fieldValue(value: string | null | undefined): string {
  if (!value) return "–";
  const text = value.replace(ID, "…");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
