// Kinds of records as people call them, and where each has its page.

import type { Text } from "../../say";

const TYPES: Record<string, { label: Text; page?: (id: string) => string }> = {
  Client: { label: ["Client", "Client"], page: (id) => `/clients/${id}` },
  Project: { label: ["Chantier", "Project"], page: (id) => `/chantiers/${id}` },
  ProjectUpdate: { label: ["Actualité", "Update"], page: (id) => `/actualites/${id}` },
  Invoice: { label: ["Facture", "Invoice"], page: (id) => `/factures/${id}` },
  Payment: { label: ["Paiement", "Payment"], page: (id) => `/paiements/${id}` },
  ConstructionLead: { label: ["Demande", "Lead"], page: (id) => `/demandes/${id}` },
  ContactInquiry: { label: ["Message", "Message"], page: (id) => `/messages/${id}` },
  PortfolioItem: { label: ["Réalisation", "Portfolio item"], page: (id) => `/site/portfolio/${id}` },
  PortfolioGalleryImage: { label: ["Image de galerie", "Gallery picture"] },
  PortfolioVideo: { label: ["Vidéo", "Video"] },
  Account: { label: ["Compte", "Account"] },
  Service: { label: ["Service", "Service"], page: (id) => `/site/services/${id}` },
  Partner: { label: ["Partenaire", "Partner"], page: (id) => `/site/partners/${id}` },
  Testimonial: { label: ["Témoignage", "Testimonial"], page: (id) => `/site/testimonials/${id}` },
  BlogPost: { label: ["Article", "Article"], page: (id) => `/site/articles/${id}` },
  Faq: { label: ["Question fréquente", "FAQ"], page: (id) => `/site/faqs/${id}` },
  AppPromotion: { label: ["Offre", "Promotion"], page: (id) => `/site/promotions/${id}` },
  CompanyProfile: { label: ["Société", "Company"], page: () => "/societe" },
  StaffMember: { label: ["Membre de l’équipe", "Team member"], page: (id) => `/equipe/${id}` },
};

export const typeLabel = (type: string): Text => TYPES[type]?.label ?? [type, type];
export const pageOf = (type: string, id: string): string | undefined => TYPES[type]?.page?.(id);
