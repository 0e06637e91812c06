// Without a mouse: signed in, a record found by its name, changed and saved; a list reached, filtered and opened.
import assert from "node:assert/strict";
import { PASSWORD, STAFF, step } from "./world.mjs";

export async function keyboard(world) {
  const page = await world.page();
  await world.signIn(page, "/desk/aujourdhui");
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.innerText);

  step("Ctrl-K finds a project by its client");
  await page.keyboard.press("Control+k");
  const search = page.getByRole("combobox", { name: "Chercher" });
  await search.waitFor();
  await page.keyboard.type("koira");
  await page.getByRole("option").filter({ hasText: "Villa Aïssata" }).waitFor();
  await world.look(page, "palette");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: /Villa Aïssata/ }).waitFor();
  await search.waitFor({ state: "detached" });

  step("a value is changed and saved");
  await page.getByLabel("Avancement (%)").focus();
  await page.keyboard.press("Control+a");
  const progress = String(10 + (Date.now() % 80));
  await page.keyboard.type(progress);
  await page.keyboard.press("Control+s");
  await page.getByText("Enregistré.").or(page.getByText(`${progress} %`)).first().waitFor();

  step("screens are reached by their name, and the first Tab skips to the content");
  await page.keyboard.press("Control+k");
  await search.waitFor();
  await page.keyboard.type("factures");
  await page.getByRole("option").filter({ hasText: "Factures" }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Factures" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "main", "the new screen has the focus");

  step("rows are links, in their order");
  const link = page.locator(".row-link").first();
  const name = await link.innerText();
  for (let n = 0; n < 40 && (await focused()) !== name; n++) await page.keyboard.press("Tab");
  assert.equal(await focused(), name);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/desk\/factures\/inv_/);

  step("signing out shuts the desk; signing in again opens it where it was");
  await page.getByRole("button", { name: "Se déconnecter" }).press("Enter");
  await page.getByRole("button", { name: "Se connecter" }).waitFor();
  assert.equal(await page.locator("main#main").count(), 0, "nothing of it is left on the page");
  await page.getByLabel("Adresse e-mail").fill(STAFF);
  await page.getByLabel("Mot de passe", { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1 }).filter({ hasText: name }).waitFor();
}
