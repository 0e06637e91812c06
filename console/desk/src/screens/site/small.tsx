// The shorter kinds of content.

import { ask } from "../../api/ask";
import { local } from "../../format";
import {
  type AppPromotionPatch, CreateFaqDocument, CreatePartnerDocument, CreatePromotionDocument, CreateServiceDocument, CreateTestimonialDocument,
  type FaqFullFragment, FaqListDocument, type FaqPatch, type PartnerFullFragment, PartnerListDocument, type PartnerPatch,
  type PromotionFullFragment, PromotionListDocument, ReorderFaqsDocument, ReorderPartnersDocument, ReorderServicesDocument,
  type ServiceFullFragment, ServiceListDocument, type ServicePatch, type TestimonialFullFragment, TestimonialListDocument,
  type TestimonialPatch, UpdateFaqDocument, UpdatePartnerDocument, UpdatePromotionDocument, UpdateServiceDocument, UpdateTestimonialDocument,
} from "../../gql/graphql";
import { said } from "../../say";
import { both, content } from "./content";
import { findPortfolio } from "./portfolio";

const searched = (search: Record<string, string>) => ({ search: search.q || null });
const thumb = (image: { url: string } | null | undefined) => (image ? <img className="thumb" src={local(image.url)} alt="" /> : "");
const yesNo = (value: boolean) => said(value ? ["oui", "yes"] : ["non", "no"]);

export const services = content<ServiceFullFragment, ServiceFullFragment, ServicePatch>({
  slug: "services",
  type: "Service",
  icon: "company",
  title: ["Services", "Services"],
  fresh: ["Nouveau service", "New service"],
  about: ["Ce que la maison fait, dans l’ordre du site.", "What the company does, in the website’s order."],
  name: (row) => row.title,
  fetch: async (page, search) => (await ask(ServiceListDocument, { ...page, filter: searched(search) })).services,
  columns: [
    { label: ["Titre", "Title"], cell: (row) => row.title },
    { label: ["Icône", "Icon"], cell: (row) => thumb(row.icon) },
    { label: ["Texte", "Text"], cell: (row) => row.shortDescription },
  ],
  fields: [
    ...both("title", ["Titre", "Title"], "text", 200, true),
    ...both("shortDescription", ["Texte", "Text"], "long", 1000, true),
    { name: "iconUploadId", label: ["Icône", "Icon"], kind: "picture" },
  ],
  create: async (input) => (await ask(CreateServiceDocument, { input })).createService,
  update: async (input) => (await ask(UpdateServiceDocument, { input })).updateService,
  reorder: async (variables) => (await ask(ReorderServicesDocument, variables)).reorderServices,
});

export const partners = content<PartnerFullFragment, PartnerFullFragment, PartnerPatch>({
  slug: "partners",
  type: "Partner",
  icon: "client",
  title: ["Partenaires", "Partners"],
  fresh: ["Nouveau partenaire", "New partner"],
  about: ["Les entreprises dont le logo est sur le site.", "The companies whose logo is on the website."],
  name: (row) => row.name,
  fetch: async (page, search) => (await ask(PartnerListDocument, { ...page, filter: searched(search) })).partners,
  columns: [
    { label: ["Nom", "Name"], cell: (row) => row.name },
    { label: ["Logo", "Logo"], cell: (row) => thumb(row.logo) },
    { label: ["Site", "Website"], cell: (row) => row.website ?? "" },
  ],
  fields: [
    { name: "name", label: ["Nom", "Name"], kind: "text", required: true, max: 200, half: true },
    { name: "website", label: ["Site web", "Website"], kind: "url", half: true },
    { name: "logoUploadId", label: ["Logo", "Logo"], kind: "picture" },
  ],
  create: async (input) => (await ask(CreatePartnerDocument, { input })).createPartner,
  update: async (input) => (await ask(UpdatePartnerDocument, { input })).updatePartner,
  reorder: async (variables) => (await ask(ReorderPartnersDocument, variables)).reorderPartners,
});

export const testimonials = content<TestimonialFullFragment, TestimonialFullFragment, TestimonialPatch>({
  slug: "testimonials",
  type: "Testimonial",
  icon: "message",
  title: ["Témoignages", "Testimonials"],
  fresh: ["Nouveau témoignage", "New testimonial"],
  about: ["Ce que des clients ont dit ; ceux mis en avant sont sur le site.", "What customers said; the featured ones are on the website."],
  name: (row) => row.clientName,
  fetch: async (page, search) => (await ask(TestimonialListDocument, { ...page, filter: searched(search) })).testimonials,
  columns: [
    { label: ["Nom", "Name"], cell: (row) => row.clientName },
    { label: ["Note", "Rating"], cell: (row) => `${row.rating} / 5` },
    { label: ["Texte", "Text"], cell: (row) => <span className="clamp">{row.content}</span>, wideOnly: true },
    { label: ["Mis en avant", "Featured"], cell: (row) => yesNo(row.isFeatured) },
  ],
  fields: [
    { name: "clientName", label: ["Nom", "Name"], kind: "text", required: true, max: 200, half: true },
    { name: "rating", label: ["Note (1 à 5)", "Rating (1 to 5)"], kind: "integer", required: true, half: true },
    ...both("role", ["Qualité", "Role"], "text", 200),
    ...both("content", ["Texte", "Text"], "long", 2000, true),
    { name: "photoUploadId", label: ["Photo", "Photo"], kind: "picture" },
    { name: "isFeatured", label: ["Mis en avant sur le site", "Featured on the website"], kind: "switch" },
  ],
  initial: { rating: "5", isFeatured: false },
  create: async (input) => (await ask(CreateTestimonialDocument, { input })).createTestimonial,
  update: async (input) => (await ask(UpdateTestimonialDocument, { input })).updateTestimonial,
});

export const faqs = content<FaqFullFragment, FaqFullFragment, FaqPatch>({
  slug: "faqs",
  type: "Faq",
  icon: "search",
  title: ["Questions fréquentes", "FAQ"],
  fresh: ["Nouvelle question", "New question"],
  about: ["Ce que les visiteurs demandent souvent, dans l’ordre du site.", "What visitors often ask, in the website’s order."],
  name: (row) => row.question,
  fetch: async (page, search) => (await ask(FaqListDocument, { ...page, filter: searched(search) })).faqs,
  columns: [
    { label: ["Question", "Question"], cell: (row) => row.question },
    { label: ["Réponse", "Answer"], cell: (row) => <span className="clamp">{row.answer}</span>, wideOnly: true },
  ],
  fields: [...both("question", ["Question", "Question"], "text", 300, true), ...both("answer", ["Réponse", "Answer"], "long", 5000, true)],
  create: async (input) => (await ask(CreateFaqDocument, { input })).createFaq,
  update: async (input) => (await ask(UpdateFaqDocument, { input })).updateFaq,
  reorder: async (variables) => (await ask(ReorderFaqsDocument, variables)).reorderFaqs,
});

export const promotions = content<PromotionFullFragment, PromotionFullFragment, AppPromotionPatch>({
  slug: "promotions",
  type: "AppPromotion",
  icon: "payment",
  title: ["Offres de l’application", "App promotions"],
  fresh: ["Nouvelle offre", "New promotion"],
  about: ["Ce que les clients voient en haut de leur application.", "What clients see at the top of their app."],
  name: (row) => row.title,
  fetch: async (page) => (await ask(PromotionListDocument, page)).promotions,
  filters: [],
  columns: [
    { label: ["Titre", "Title"], cell: (row) => row.title },
    { label: ["Bannière", "Banner"], cell: (row) => thumb(row.bannerImage) },
    { label: ["Active", "Active"], cell: (row) => yesNo(row.isActive) },
  ],
  fields: [
    ...both("title", ["Titre", "Title"], "text", 200, true),
    { name: "bannerImageUploadId", label: ["Bannière", "Banner"], kind: "picture" },
    { name: "linkedPortfolioItemId", label: ["Mène à la réalisation", "Leads to the portfolio item"], kind: "pick", find: findPortfolio, half: true },
    { name: "externalLink", label: ["Ou à l’adresse", "Or to the address"], kind: "url", half: true },
    { name: "isActive", label: ["Montrée aux clients", "Shown to clients"], kind: "switch" },
  ],
  initial: { isActive: true },
  own: (row) => ({ linkedPortfolioItemId: row.linkedPortfolioItem ? { id: row.linkedPortfolioItem.id, label: row.linkedPortfolioItem.title } : null }),
  create: async (input) => (await ask(CreatePromotionDocument, { input })).createAppPromotion,
  update: async (input) => (await ask(UpdatePromotionDocument, { input })).updateAppPromotion,
});
