// Every screen, and a record of each kind: axe finds nothing serious, nothing scrolls sideways, nothing is complained of.
import { ADMIN, api, step, token } from "./world.mjs";

const LISTS = [
  "/aujourdhui", "/photos", "/demandes", "/demandes?view=board", "/demandes/nouvelle", "/messages", "/factures", "/factures/nouvelle",
  "/paiements", "/paiements/nouveau", "/chantiers", "/chantiers/nouveau", "/actualites", "/clients", "/clients/nouveau", "/equipe", "/equipe/nouveau",
  "/envois", "/corbeille", "/historique", "/societe", "/compte", "/site", "/site/portfolio", "/site/portfolio/nouveau", "/site/articles",
  "/site/articles/nouveau", "/site/services", "/site/partners", "/site/testimonials", "/site/faqs", "/site/promotions", "/nulle-part",
];

/** One record of each kind, on its page. */
async function records(origin) {
  const some = "(first: 1) { nodes { id } }";
  const data = await api(
    origin,
    `{ clients${some} projects${some} invoices(first: 1, filter: { status: [SENT, PAID] }) { nodes { id } } payments${some} leads${some}
       inquiries${some} projectUpdates${some} staffMembers${some} portfolio${some} blogPosts${some} services${some} partners${some}
       testimonials${some} faqs${some} }`,
    {},
    await token(origin),
  );
  const pages = {
    clients: "clients", projects: "chantiers", invoices: "factures", payments: "paiements", leads: "demandes", inquiries: "messages",
    projectUpdates: "actualites", staffMembers: "equipe", portfolio: "site/portfolio", blogPosts: "site/articles", services: "site/services",
    partners: "site/partners", testimonials: "site/testimonials", faqs: "site/faqs",
  };
  return Object.entries(pages).flatMap(([list, page]) => data[list].nodes.map(({ id }) => [`/${page}/${id}`, `record-${list}`]));
}

export async function tour(world) {
  const page = await world.page();
  await world.signIn(page, "/desk/photos", ADMIN);
  /** Without loading the page anew, which takes longer. */
  const visit = async (path) => {
    await page.evaluate((to) => {
      history.pushState({}, "", `/desk${to}`);
      window.dispatchEvent(new PopStateEvent("popstate"));
    }, path);
    await page.waitForFunction((to) => location.pathname + location.search === `/desk${to}`, path);
    await page.locator("main h1").waitFor();
    await page.waitForLoadState("networkidle");
  };
  const stops = [...LISTS.map((path) => [path, `list${path.replace(/[/?=]/g, "-")}`]), ...(await records(world.origin))];
  for (const [path, name] of stops) {
    await visit(path);
    await world.look(page, name);
  }
  step(`${stops.length} screens`);

  step("in the dark too");
  await page.emulateMedia({ colorScheme: "dark" });
  for (const path of ["/aujourdhui", "/factures", "/photos", "/clients/nouveau", "/demandes?view=board"]) {
    await visit(path);
    await world.look(page, `dark${path.replace(/[/?=]/g, "-")}`);
  }
}
