// Whether visitors see it: now, later, not at all.

import { Badge, Button } from "@mantine/core";
import type { Column } from "../../list/types";
import { moment } from "../../format";
import { said } from "../../say";

interface Publishable {
  isPublished: boolean;
  publishedAt?: string | null;
}

function Publication({ row }: { row: Publishable }) {
  const later = row.publishedAt && Date.parse(row.publishedAt) > Date.now();
  const [colour, text] = !row.isPublished
    ? (["gray.8", said(["Brouillon", "Draft"])] as const)
    : later
      ? (["yellow", said([`Le ${moment(row.publishedAt)}`, `On ${moment(row.publishedAt)}`])] as const)
      : (["#1f6b2e", said(["En ligne", "Online"])] as const);
  return (
    <Badge color={colour} tt="none">
      {text}
    </Badge>
  );
}

export const publicationColumn: Column<Publishable> = { label: ["Publication", "Publication"], cell: (row) => <Publication row={row} /> };

export const publicationFields = [
  { name: "isPublished", label: ["Visible sur le site", "Shown on the website"], kind: "switch", section: ["Publication", "Publication"] },
  {
    name: "publishedAt",
    label: ["À partir du (heure de Niamey)", "From (time in Niamey)"],
    kind: "moment",
    half: true,
    hint: ["Vide : tout de suite.", "Empty: at once."],
  },
  {
    name: "slug",
    label: ["Adresse", "Address"],
    kind: "text",
    max: 100,
    half: true,
    hint: ["Vide : faite du titre. L’ancienne adresse continue de mener ici.", "Empty: made from the title. The old address still leads here."],
  },
] as const;

/** As visitors find it. */
export function SeeIt({ row }: { row: Publishable & { seo: { canonicalUrl: string } } }) {
  if (!row.isPublished) return null;
  return (
    <Button component="a" href={row.seo.canonicalUrl} target="_blank" rel="noreferrer" variant="default">
      {said(["Voir sur le site", "See it on the website"])}
    </Button>
  );
}
