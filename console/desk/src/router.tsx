// The desk's addresses. What signing in and posting photos need comes at first, every other screen when it is opened.

import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { PostPhotos } from "./photos/PostPhotos";
import { Shell } from "./shell/Shell";
import { Loading } from "./ui/states";
import { Nowhere } from "./ui/Nowhere";

const root = createRootRoute({
  component: Shell,
  // Filters are plain texts in the address, whatever they look like.
  validateSearch: (search): Record<string, string> => search as Record<string, string>,
  notFoundComponent: Nowhere,
});

/** On a phone the camera is what one comes for. */
const home = () => (window.matchMedia("(max-width: 40em)").matches ? "/photos" : "/aujourdhui");

type Part = () => Promise<any>;
const screen = (path: string, part: Part, name: string) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(part, name) });


const billing = () => import("./screens/billing");
const house = () => import("./screens/house");
const leads = () => import("./screens/leads");
const people = () => import("./screens/people");
const projects = () => import("./screens/projects");
const site = () => import("./screens/site");

const tree = root.addChildren([
  createRoute({
    getParentRoute: () => root,
    path: "/",
    beforeLoad: () => {
      throw redirect({ to: home() as "/", replace: true });
    },
  }),
  createRoute({ getParentRoute: () => root, path: "/photos", component: PostPhotos }),
  screen("/factures", billing, "InvoiceList"),
  screen("/factures/nouvelle", billing, "InvoiceNew"),
  screen("/factures/$id", billing, "InvoicePage"),
  screen("/factures/$id/avoir", billing, "CreditNoteNew"),
  screen("/paiements", billing, "PaymentList"),
  screen("/paiements/nouveau", billing, "PaymentNew"),
  screen("/paiements/$id", billing, "PaymentPage"),
  screen("/demandes", leads, "LeadList"),
  screen("/demandes/nouvelle", leads, "LeadNew"),
  screen("/demandes/$id", leads, "LeadPage"),
  screen("/demandes/$id/convertir", leads, "ConvertLead"),
  screen("/messages", leads, "InquiryList"),
  screen("/messages/$id", leads, "InquiryPage"),
  screen("/clients", people, "ClientList"),
  screen("/clients/nouveau", people, "ClientNew"),
  screen("/clients/$id", people, "ClientPage"),
  screen("/equipe", people, "StaffList"),
  screen("/equipe/nouveau", people, "StaffNew"),
  screen("/equipe/$id", people, "StaffPage"),
  screen("/chantiers", projects, "ProjectList"),
  screen("/chantiers/nouveau", projects, "ProjectNew"),
  screen("/chantiers/$id", projects, "ProjectPage"),
  screen("/actualites", projects, "UpdateList"),
  screen("/actualites/$id", projects, "UpdatePage"),
  screen("/aujourdhui", house, "Today"),
  screen("/envois", house, "DeliveryList"),
  screen("/historique", house, "HistoryList"),
  screen("/corbeille", house, "Trash"),
  screen("/societe", house, "Company"),
  screen("/compte", house, "Account"),
  screen("/site", site, "SiteHome"),
  screen("/site/$kind", site, "SiteList"),
  screen("/site/$kind/nouveau", site, "SiteNew"),
  screen("/site/$kind/$id", site, "SitePage"),
]);

export const router = createRouter({
  routeTree: tree,
  basepath: "/desk",
  defaultPendingComponent: Loading,
  defaultPreload: "intent",
  defaultPendingMinMs: 0,
  scrollRestoration: true,
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const filled = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
    const text = new URLSearchParams(filled as [string, string][]).toString();
    return text && `?${text}`;
  },
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
