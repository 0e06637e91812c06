// The ready-made operations: operations/*.graphql of the repository, with example variables beside each. A file
// begins with two comment lines, `# Groupe / Titre` in French and `# Group / Title` in English; the comments below
// them explain. The server's own tests run every one of them.

import type { Language } from "../shared/language";

export interface Operation {
  name: string;
  group: Record<Language, string>;
  title: Record<Language, string>;
  description: string;
  kind: "query" | "mutation" | "subscription";
  query: string;
  variables: string;
  /** What the search looks at: no case, no accents. */
  haystack: string;
}

const queries = import.meta.glob<string>("../../operations/*.graphql", { query: "?raw", import: "default", eager: true });
const variables = import.meta.glob<string>("../../operations/*.json", { query: "?raw", import: "default", eager: true });

/** Groups in the order of the day's work; others follow by name. */
const ORDER = [
  "Dashboard",
  "Leads",
  "Inquiries",
  "Clients",
  "Projects",
  "Updates",
  "Billing",
  "Photos",
  "Portfolio",
  "Services",
  "Partners",
  "Testimonials",
  "Blog",
  "Promotions",
  "Live",
  "Messages",
  "Records",
  "My account",
];

export const plain = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase();

function read(path: string, query: string): Operation {
  const name = path.replace(/^.*\/|\.graphql$/g, "");
  const comments = query.split("\n").filter((line) => line.startsWith("#"));
  const heading = (line: string | undefined): [string, string] => {
    const [group, ...title] = (line ?? "").replace(/^#\s*/, "").split(" / ");
    return [group ?? "", title.join(" / ") || name];
  };
  const [groupFr, titleFr] = heading(comments[0]);
  const [groupEn, titleEn] = heading(comments[1]);
  const description = comments
    .slice(2)
    .map((line) => line.replace(/^#\s?/, ""))
    .join("\n")
    .trim();
  return {
    name,
    group: { fr: groupFr, en: groupEn },
    title: { fr: titleFr, en: titleEn },
    description,
    kind: (/^(query|mutation|subscription)\b/m.exec(query)?.[1] as Operation["kind"]) ?? "query",
    query,
    variables: variables[path.replace(/\.graphql$/, ".json")]?.trim() ?? "",
    haystack: plain([name, groupFr, titleFr, groupEn, titleEn, description, query].join(" ")),
  };
}

const rank = (operation: Operation): number => {
  const place = ORDER.indexOf(operation.group.en);
  return place < 0 ? ORDER.length : place;
};

/** In a group what looks comes before what changes, and searching before all. */
const order = ({ name, kind }: Operation): number =>
  (name.endsWith("-search") ? 0 : 1) + (kind === "mutation" ? 2 : 0) + (/(delete|erase|disable)$/.test(name) ? 1 : 0);

const ALL = Object.entries(queries)
  .map(([path, query]) => read(path, query))
  .sort((a, b) => rank(a) - rank(b) || a.group.en.localeCompare(b.group.en) || order(a) - order(b) || a.name.localeCompare(b.name));

/** What matches every word, in groups. */
export function search(text: string): Map<string, Operation[]> {
  const words = plain(text).split(/\s+/).filter(Boolean);
  const found = ALL.filter(({ haystack }) => words.every((word) => haystack.includes(word)));
  return Map.groupBy(found, ({ group }) => group.en);
}

/** The variables as the editor shows them: what a machine can fill in is filled in, ids are left to the person. */
export function exampleVariables(operation: Operation): string {
  const now = new Date();
  const day = (offset: number) => new Date(now.getTime() + offset * 86_400_000).toISOString().slice(0, 10);
  return operation.variables
    .replace(/\{\{unique\}\}/g, () => Array.from(crypto.getRandomValues(new Uint8Array(8)), (it) => it.toString(16).padStart(2, "0")).join(""))
    .replace(/\{\{today(?:\+(\d+))?\}\}/g, (_, days?: string) => day(Number(days ?? 0)));
}

/** Placeholders such as `{{client.id}}` that nobody has replaced yet. */
export function openPlaceholders(variables: unknown): string[] {
  return [...new Set(JSON.stringify(variables ?? {}).match(/\{\{[\w.]+\}\}/g) ?? [])];
}
