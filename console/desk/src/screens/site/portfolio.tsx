import { ask } from "../../api/ask";
import { galleryField } from "../../edit/GalleryField";
import type { Field } from "../../edit/types";
import { local } from "../../format";
import {
  CreatePortfolioItemDocument, FindPortfolioDocument, type PortfolioCategory, type PortfolioFullFragment, type PortfolioItemPatch,
  PortfolioListDocument, type PortfolioRowFragment, UpdatePortfolioItemDocument,
} from "../../gql/graphql";
import { CATEGORY, options } from "../../labels";
import { said } from "../../say";
import { both, content } from "./content";
import { SeeIt, publicationColumn, publicationFields } from "./publication";
import { type Video, VideosField, toVideos } from "./VideosField";

const fields: Field<PortfolioItemPatch>[] = [
  ...both("title", ["Titre", "Title"], "text", 200, true),
  { name: "category", label: ["Genre", "Kind"], kind: "select", required: true, options: options(CATEGORY), half: true },
  { name: "year", label: ["Année", "Year"], kind: "integer", half: true },
  ...both("description", ["Description", "Description"], "long", 20_000, true),
  { name: "mainImageUploadId", label: ["Image principale", "Main picture"], kind: "picture", section: ["Images", "Pictures"], hint: ["Il en faut une pour publier.", "Needed for publishing."] },
  galleryField("gallery", ["Galerie", "Gallery"]),
  {
    name: "videos",
    label: ["Vidéos", "Videos"],
    kind: "own",
    view: VideosField,
    input: (videos: Video[]) => toVideos(videos),
    show: (videos: Video[]) => videos.map((it) => it.url).join("\n"),
  },
  ...both("usage", ["Usage", "Use"], "text", 300).map((field, n) => (n === 0 ? { ...field, section: ["Fiche", "Facts"] as const } : field)),
  ...both("area", ["Surface", "Area"], "text", 300),
  ...both("task", ["Mission", "Task"], "text", 300),
  ...both("owner", ["Maître d’ouvrage", "Owner"], "text", 300),
  ...both("district", ["Quartier", "District"], "text", 300),
  ...both("city", ["Ville", "City"], "text", 300),
  ...both("country", ["Pays", "Country"], "text", 300),
  { name: "contractor", label: ["Entreprise", "Contractor"], kind: "text", max: 300, hint: ["Vide : Belle House.", "Empty: Belle House."] },
  ...publicationFields,
  ...both("seoTitle", ["Titre pour les moteurs de recherche", "Title for search engines"], "text", 120),
  ...both("seoDescription", ["Description pour les moteurs", "Description for search engines"], "long", 500),
];

export const portfolio = content<PortfolioRowFragment, PortfolioFullFragment, PortfolioItemPatch>({
  slug: "portfolio",
  type: "PortfolioItem",
  icon: "image",
  title: ["Réalisations et projets", "Portfolio"],
  fresh: ["Nouvelle réalisation", "New portfolio item"],
  about: ["Les maisons montrées sur le site, bâties ou dessinées.", "The houses shown on the website, built or designed."],
  name: (row) => row.title,
  async fetch(page, search) {
    const filter = { search: search.q || null, category: (search.category as PortfolioCategory) || null };
    return (await ask(PortfolioListDocument, { ...page, filter })).portfolio;
  },
  columns: [
    { label: ["Titre", "Title"], cell: (row) => row.title },
    { label: ["Image", "Picture"], cell: (row) => (row.mainImage ? <img className="thumb" src={local(row.mainImage.url)} alt="" /> : said(["aucune", "none"])) },
    { label: ["Genre", "Kind"], cell: (row) => said(CATEGORY[row.category]) },
    { label: ["Ville", "City"], cell: (row) => row.city ?? "" },
    { label: ["Année", "Year"], cell: (row) => row.year ?? "", wideOnly: true },
    publicationColumn,
  ],
  filters: [
    { name: "q", label: ["Titre, ville", "Title, city"], kind: "search" },
    { name: "category", label: ["Genre", "Kind"], kind: "select", options: options(CATEGORY) },
  ],
  fields,
  initial: { category: "REALIZATION", gallery: [], videos: [], isPublished: false },
  own: (row) => ({
    gallery: row.gallery.map(({ id, image }) => ({ id, url: image.url, alt: image.alt })),
    videos: row.videos.map(({ id, url, title }) => ({ id, url, title: title ?? "" })),
  }),
  create: async (input) => (await ask(CreatePortfolioItemDocument, { input })).createPortfolioItem,
  update: async (input) => (await ask(UpdatePortfolioItemDocument, { input })).updatePortfolioItem,
  actions: (row) => <SeeIt row={row} />,
});

export async function findPortfolio(search: string) {
  const { portfolio } = await ask(FindPortfolioDocument, { search: search || null });
  return portfolio.nodes.map((it) => ({ id: it.id, label: it.title, detail: it.city ?? undefined }));
}
