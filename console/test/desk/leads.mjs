// Reception: a lead comes in live, is moved on the board, and becomes a client with a project.
import assert from "node:assert/strict";
import { api, step, token } from "./world.mjs";

export async function leads(world) {
  const { origin } = world;
  const page = await world.page();
  const name = `Halima Sani ${Date.now() % 10_000}`;
  await world.signIn(page, "/desk/demandes?view=board");

  step("a lead from the website appears by itself");
  await page.getByRole("region", { name: "Nouvelle" }).waitFor();
  await page.getByText("En direct").waitFor();
  const { submitConstructionLead } = await api(
    origin,
    "mutation($input: SubmitConstructionLeadInput!) { submitConstructionLead(input: $input) { accepted userErrors { message } } }",
    { input: { name, phone: "90 77 88 99", hasLand: true, locationOfLand: "Koira Kano", idempotencyKey: crypto.randomUUID() } },
  );
  assert.deepEqual(submitConstructionLead, { accepted: true, userErrors: [] });
  const region = (state) => page.getByRole("region", { name: state });
  await region("Nouvelle").getByText(name).waitFor();
  await world.look(page, "board");

  step("it is dragged to «Contactée», and stays there");
  await region("Nouvelle").locator("article", { hasText: name }).dragTo(region("Contactée"));
  await region("Contactée").getByText(name).waitFor();
  const status = async () => {
    const { leads } = await api(origin, "query($s: String) { leads(first: 1, filter: { search: $s }) { nodes { status } } }", { s: name }, await token(origin));
    return leads.nodes[0].status;
  };
  await page.waitForTimeout(500);
  assert.equal(await status(), "CONTACTED");

  step("it becomes a client with a project; what is missing is asked for at its field");
  await page.getByRole("button", { name: `${name} : Convertir` }).click();
  await page.getByRole("heading", { level: 1, name: `Convertir : ${name}` }).waitFor();
  await page.getByRole("button", { name: "Créer le client et le chantier" }).click();
  await page.getByText("À remplir.").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.type), "email");
  await page.getByLabel("E-mail").fill(`halima${Date.now()}@example.com`);
  await page.getByLabel("Devis").fill("25 000 000");
  await page.getByRole("button", { name: "Créer le client et le chantier" }).click();
  await page.getByRole("heading", { level: 1, name: `Maison ${name}` }).waitFor();
  assert.equal(await status(), "CONVERTED");

  step("a message that is opened is read, and can be answered");
  await page.getByRole("link", { name: "Messages" }).first().click();
  await page.locator(".row-link").first().click();
  const answer = page.getByRole("link", { name: "Répondre" });
  assert.match(await answer.getAttribute("href"), /^mailto:/);
  await world.look(page, "message");
}
