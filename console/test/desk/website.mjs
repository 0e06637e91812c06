// The editor shows a new house: pictures dropped and put in order by keys, published; visitors find it. And a service
// changes its place.
import assert from "node:assert/strict";
import { picture } from "./picture.mjs";
import { api, step } from "./world.mjs";

export async function website(world) {
  const { origin } = world;
  const page = await world.page();
  const title = `Villa du Fleuve ${Date.now() % 10_000}`;
  const files = [1, 2, 3].map((n) => ({ name: `vue-${n}.png`, mimeType: "image/png", buffer: picture(640, 100 * n + 300, n) }));
  await world.signIn(page, "/desk/site");
  await page.getByRole("link", { name: /Réalisations et projets/ }).click();
  await page.getByRole("link", { name: "Nouvelle réalisation" }).click();

  step("publishing without a main picture is refused, with the reason at its field");
  await page.getByRole("textbox", { name: "Titre", exact: true }).fill(title);
  await page.getByRole("textbox", { name: "Description", exact: true }).fill("Quatre chambres autour d’un patio.");
  await page.getByRole("textbox", { name: "Ville", exact: true }).fill("Niamey");
  await page.getByRole("switch", { name: "Visible sur le site" }).press("Space");
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await page.locator(".mantine-InputWrapper-error").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "switch");

  step("pictures are added and put in order by keys");
  await page.getByLabel("Image principale", { exact: true }).setInputFiles(files[0]);
  await page.getByRole("button", { name: "Remplacer" }).or(page.getByText("Remplacer")).first().waitFor();
  const gallery = page.getByRole("region", { name: "Galerie" });
  await gallery.locator("input[type=file]").setInputFiles(files);
  await gallery.locator("img").nth(2).waitFor();
  await gallery.getByLabel("Avancer l’image 3").focus();
  await page.keyboard.press("Alt+ArrowLeft");
  await world.look(page, "portfolio-new");
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();

  step("visitors find it, its pictures in that order");
  const { portfolio } = await api(
    origin,
    "query($s: String) { portfolio(first: 1, filter: { search: $s }) { nodes { title city gallery { image { height } } } } }",
    { s: title },
  );
  assert.deepEqual(portfolio.nodes, [{ title, city: "Niamey", gallery: [400, 600, 500].map((height) => ({ image: { height } })) }]);

  step("a service moves down by one");
  await page.getByRole("link", { name: "Site web" }).first().click();
  await page.getByRole("link", { name: /^Services/ }).click();
  const order = async () => (await api(origin, "{ services { nodes { title } } }")).services.nodes.map((it) => it.title);
  const [first, second, ...others] = await order();
  await page.getByRole("button", { name: `Descendre ${first}` }).click();
  await page.waitForFunction((name) => document.querySelector("tbody .row-link")?.textContent === name, second);
  assert.deepEqual(await order(), [second, first, ...others]);
}
