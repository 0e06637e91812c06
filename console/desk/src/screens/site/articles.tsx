import { ask } from "../../api/ask";
import type { Field } from "../../edit/types";
import {
  ArticleListDocument, type ArticleFullFragment, type ArticleRowFragment, type BlogPostPatch, CreateBlogPostDocument, UpdateBlogPostDocument,
} from "../../gql/graphql";
import { said } from "../../say";
import { Panel } from "../../ui/Panel";
import { both, content } from "./content";
import { SeeIt, publicationColumn, publicationFields } from "./publication";

const fields: Field<BlogPostPatch>[] = [
  ...both("title", ["Titre", "Title"], "text", 200, true),
  { name: "thumbnailUploadId", label: ["Image", "Picture"], kind: "picture" },
  ...both("content", ["Texte (Markdown : ## titre, **gras**, - liste)", "Text (Markdown: ## title, **bold**, - list)"], "markdown", 100_000, true),
  ...both("excerpt", ["Résumé", "Excerpt"], "long", 500),
  ...publicationFields,
  ...both("seoTitle", ["Titre pour les moteurs de recherche", "Title for search engines"], "text", 120),
  ...both("seoDescription", ["Description pour les moteurs", "Description for search engines"], "long", 500),
];

export const articles = content<ArticleRowFragment, ArticleFullFragment, BlogPostPatch>({
  slug: "articles",
  type: "BlogPost",
  icon: "file",
  title: ["Articles", "Articles"],
  fresh: ["Nouvel article", "New article"],
  about: ["Les articles du blog.", "The blog’s articles."],
  name: (row) => row.title,
  fetch: async (page, search) => (await ask(ArticleListDocument, { ...page, filter: { search: search.q || null } })).blogPosts,
  columns: [{ label: ["Titre", "Title"], cell: (row) => row.title }, publicationColumn],
  fields,
  initial: { isPublished: false },
  create: async (input) => (await ask(CreateBlogPostDocument, { input })).createBlogPost,
  update: async (input) => (await ask(UpdateBlogPostDocument, { input })).updateBlogPost,
  actions: (row) => <SeeIt row={row} />,
  // The server's own HTML, made safe for the website; the page's policy runs nothing of it anyway.
  below: (row) => (
    <Panel title={said(["Aperçu du texte enregistré", "Preview of the saved text"])}>
      <article className="article" dangerouslySetInnerHTML={{ __html: row.contentHtml }} />
    </Panel>
  ),
});
