import { Badge, Button } from "@mantine/core";
import { ask } from "../../api/ask";
import { checkWhole } from "../../api/mistakes";
import { stale } from "../../api/queries";
import { galleryField } from "../../edit/GalleryField";
import { RecordPage, type RecordSpec } from "../../edit/record";
import type { AnyField, Field } from "../../edit/types";
import { moment } from "../../format";
import { PostProjectUpdateDocument, type ProjectUpdatePatch, UpdateDocument, type UpdateFullFragment, UpdateProjectUpdateDocument } from "../../gql/graphql";
import { said } from "../../say";
import { confirm } from "../../ui/confirm";
import { Go } from "../../ui/Go";

const fields = [
  { name: "title", label: ["Titre", "Title"], kind: "text", required: true, max: 200 },
  { name: "description", label: ["Détails", "Details"], kind: "long", max: 10_000 },
  galleryField("images", ["Photos", "Photos"]),
] satisfies Field<ProjectUpdatePatch>[];

function post(update: UpdateFullFragment): void {
  confirm({
    title: ["Publier l’actualité ?", "Publish the update?"],
    body: said(["Le client la voit et en est prévenu aussitôt.", "The client sees it and is told at once."]),
    action: ["Publier", "Publish"],
    async run() {
      const { postProjectUpdate } = await ask(PostProjectUpdateDocument, { input: { id: update.id, expectedVersion: update.version } });
      checkWhole(postProjectUpdate.userErrors);
      stale("updates", "projects", "dashboard");
    },
  });
}

const spec: RecordSpec<UpdateFullFragment> = {
  kind: "updates",
  to: "/actualites",
  list: ["Actualités", "News"],
  async load(id) {
    const { node } = await ask(UpdateDocument, { id });
    return node?.__typename === "ProjectUpdate" ? node : null;
  },
  name: (update) => update.title,
  badge: (update) => update.isDraft && <Badge variant="outline" color="gray.7" tt="none">{said(["Brouillon", "Draft"])}</Badge>,
  fields: fields as unknown as AnyField[],
  read: ({ version, title, description, images }) => ({ version, values: { title, description: description ?? "", images } }),
  async update(id, expectedVersion, patch) {
    const { updateProjectUpdate } = await ask(UpdateProjectUpdateDocument, { input: { id, expectedVersion, patch } });
    return { row: updateProjectUpdate.projectUpdate, userErrors: updateProjectUpdate.userErrors };
  },
  actions: (update) => update.isDraft && <Button onClick={() => post(update)}>{said(["Publier", "Publish"])}</Button>,
  above: (update) => (
    <p className="quiet">
      <Go to={`/chantiers/${update.project.id}`}>{update.project.name}</Go> · {[moment(update.postedAt ?? update.createdAt), update.createdBy?.name].filter(Boolean).join(" · ")}
    </p>
  ),
};

export const UpdatePage = () => <RecordPage spec={spec} />;
