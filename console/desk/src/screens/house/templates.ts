// What the server sends, as people call it.

import { type Text, said } from "../../say";

const TEMPLATES: Record<string, Text> = {
  account_created: ["Bienvenue", "Welcome"],
  client_credentials: ["Invitation (client)", "Invitation (client)"],
  credit_note_issued: ["Avoir émis", "Credit note issued"],
  inquiry_received: ["Nouveau message du site", "New message from the website"],
  invoice_cancelled: ["Facture annulée", "Invoice cancelled"],
  invoice_due_soon: ["Rappel avant l’échéance", "Reminder before the due date"],
  invoice_issued: ["Facture émise", "Invoice issued"],
  invoice_overdue: ["Facture échue", "Invoice overdue"],
  lead_received: ["Nouvelle demande", "New lead"],
  new_sign_in: ["Connexion depuis un nouvel endroit", "Sign-in from a new place"],
  password_changed: ["Mot de passe changé", "Password changed"],
  password_reset: ["Mot de passe oublié", "Forgotten password"],
  payment_recorded: ["Paiement reçu", "Payment received"],
  project_update_posted: ["Actualité du chantier", "News from the site"],
  second_factor_changed: ["Second facteur modifié", "Second factor changed"],
  staff_credentials: ["Invitation (équipe)", "Invitation (team)"],
};

/** One that the server has gained since is called by its own name. */
export function templateName(template: string): string {
  const known = TEMPLATES[template];
  return known ? said(known) : template.replaceAll("_", " ");
}
