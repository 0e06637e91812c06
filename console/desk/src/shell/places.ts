// Where one can go, in the order of the menu. `phone` ones stand in the bar at the bottom.

import type { Role } from "../../../shared/session";
import type { Text } from "../say";
import type { IconName } from "../ui/icons";

export interface Place {
  to: string;
  label: Text;
  icon: IconName;
  group: "work" | "records" | "house";
  phone?: boolean;
  role?: Role;
}

export const GROUPS: Record<Place["group"], Text> = {
  work: ["Au quotidien", "Every day"],
  records: ["Dossiers", "Records"],
  house: ["Maison", "House"],
};

export const PLACES: Place[] = [
  { to: "/aujourdhui", label: ["Aujourd’hui", "Today"], icon: "today", group: "work", phone: true },
  { to: "/photos", label: ["Poster des photos", "Post photos"], icon: "camera", group: "work", phone: true },
  { to: "/demandes", label: ["Demandes", "Leads"], icon: "lead", group: "work", phone: true },
  { to: "/messages", label: ["Messages", "Messages"], icon: "message", group: "work" },
  { to: "/factures", label: ["Factures", "Invoices"], icon: "invoice", group: "records", phone: true },
  { to: "/paiements", label: ["Paiements", "Payments"], icon: "payment", group: "records" },
  { to: "/chantiers", label: ["Chantiers", "Projects"], icon: "project", group: "records" },
  { to: "/actualites", label: ["Actualités", "News"], icon: "image", group: "records" },
  { to: "/clients", label: ["Clients", "Clients"], icon: "client", group: "records" },
  { to: "/site", label: ["Site web", "Website"], icon: "site", group: "house" },
  { to: "/envois", label: ["Envois", "Deliveries"], icon: "delivery", group: "house" },
  { to: "/corbeille", label: ["Corbeille", "Bin"], icon: "trash", group: "house" },
  { to: "/historique", label: ["Historique", "History"], icon: "history", group: "house" },
  { to: "/equipe", label: ["Équipe", "Team"], icon: "staff", group: "house" },
  { to: "/societe", label: ["Société", "Company"], icon: "company", group: "house" },
  { to: "/compte", label: ["Mon compte", "My account"], icon: "account", group: "house" },
];

/** A list's filters, kept for when one comes back to it. */
const filters = new Map<string, Record<string, string>>();
export const keepFilters = (to: string, search: Record<string, string>) => filters.set(to, search);
export const keptFilters = (to: string) => filters.get(to) ?? {};
