import { ask } from "../../api/ask";
import { moment } from "../../format";
import { type ProjectUpdateOrder, UpdatesDocument, type UpdatesQuery } from "../../gql/graphql";
import { ListScreen } from "../../list/ListScreen";
import { orderOf } from "../../list/order";
import type { ListSpec } from "../../list/types";
import { said } from "../../say";

type Row = UpdatesQuery["projectUpdates"]["nodes"][number];

const spec: ListSpec<Row> = {
  kind: "updates",
  to: "/actualites",
  title: ["Actualités", "News"],
  async fetch(page, search) {
    const filter = { search: search.q || null, draft: search.draft ? search.draft === "yes" : null };
    return (await ask(UpdatesDocument, { ...page, filter, orderBy: orderOf<ProjectUpdateOrder>(search) })).projectUpdates;
  },
  link: (row) => `/actualites/${row.id}`,
  create: { to: "/photos", label: ["Poster des photos", "Post photos"] },
  columns: [
    { label: ["Titre", "Title"], cell: (row) => row.title },
    { label: ["Chantier", "Project"], cell: (row) => row.project.name },
    { label: ["Photos", "Photos"], cell: (row) => row.images.length, figure: true },
    { label: ["Publiée", "Posted"], cell: (row) => (row.isDraft ? said(["brouillon", "draft"]) : moment(row.postedAt)) },
    { label: ["Par", "By"], cell: (row) => row.createdBy?.name ?? "" },
  ],
  filters: [
    { name: "q", label: ["Titre, texte", "Title, text"], kind: "search" },
    { name: "draft", label: ["État", "State"], kind: "select", options: [["yes", ["Brouillons", "Drafts"]], ["no", ["Publiées", "Posted"]]] },
  ],
  empty: {
    title: ["Pas encore d’actualité.", "No news yet."],
    hint: ["« Poster des photos » en publie une.", "“Post photos” publishes some."],
  },
};

export const UpdateList = () => <ListScreen spec={spec} />;
