// Four photos: the connection breaks after the second, the tab is closed, somebody signs in again. There is one update
// with four photos, and each was sent once.
import assert from "node:assert/strict";
import { picture } from "./picture.mjs";
import { api, step, token } from "./world.mjs";

export async function photos(world) {
  const { origin } = world;
  const title = `Dalle coulée, zone ${Date.now() % 10_000}`;
  const read = async () => {
    const { projectUpdates } = await api(
      origin,
      "query($search: String) { projectUpdates(first: 20, filter: { search: $search }) { nodes { title postedAt images { width height } project { name } } } }",
      { search: title },
      await token(origin),
    );
    return projectUpdates.nodes;
  };

  step("signs in on the phone and lands where photos are posted");
  const page = await world.page();
  await world.signIn(page);
  await page.getByRole("heading", { name: "Poster des photos", level: 1 }).waitFor();
  assert.match(page.url(), /\/desk\/photos$/);

  step("what is missing is said at its field, which has the focus");
  await page.getByRole("button", { name: "Publier" }).click();
  await page.getByText("Choisissez le chantier.").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "SELECT");

  step("four photos from the gallery are made small on the device");
  await page.getByLabel("Chantier").selectOption({ index: 1 });
  const files = [1, 2, 3, 4].map((n) => ({ name: `photo-${n}.png`, mimeType: "image/png", buffer: picture(2000, 1333, n) }));
  await page.getByLabel("Choisir dans la galerie").setInputFiles(files);
  await page.locator(".thumbnails img").nth(3).waitFor();
  await page.getByLabel("Titre").fill(title);
  await world.look(page, "photos");

  step("the connection slows down to 400 kbit/s and breaks after the second photo");
  const slow = await world.browser.newCDPSession(page);
  await slow.send("Network.enable");
  await slow.send("Network.emulateNetworkConditions", { offline: false, latency: 300, downloadThroughput: 50_000, uploadThroughput: 50_000 });
  const sent = [];
  const watch = (response) => {
    if (response.request().method() === "PUT" && response.ok()) sent.push(new URL(response.url()).pathname);
  };
  page.on("response", watch);
  const announced = new Set();
  const note = (request) => {
    const body = request.postData() ?? "";
    if (body.includes("createProjectUpdate")) announced.add(JSON.parse(body).variables.input.idempotencyKey);
  };
  page.on("request", note);
  await page.getByRole("button", { name: "Publier" }).click();
  await page.getByText("Vous pouvez ranger le téléphone").waitFor();
  await page.getByText("2 photo(s) sur 4 envoyée(s)").waitFor({ timeout: 120_000 });
  world.cut = true;
  await slow.send("Network.emulateNetworkConditions", { offline: true, latency: 0, downloadThroughput: 0, uploadThroughput: 0 });
  await page.waitForTimeout(500);
  assert.deepEqual(await read(), [], "nothing is published of a half");

  step("the tab is closed and the session with it");
  await page.close({ runBeforeUnload: false });
  await world.browser.clearCookies();
  const before = sent.length;

  step("somebody opens the desk again: it says what waits, and publishes it after signing in");
  const again = await world.page();
  again.on("response", watch);
  again.on("request", note);
  await again.goto(`${origin}/desk`);
  await again.getByText("4 photo(s) attendent sur cet appareil").waitFor();
  await world.look(again, "photos-waiting");
  await world.signIn(again);
  await again.locator("[data-outbox]").waitFor({ state: "detached", timeout: 60_000 });
  world.cut = false;

  step("there is one update with four photos, each sent once");
  const updates = await read();
  assert.equal(updates.length, 1);
  assert.ok(updates[0].postedAt);
  assert.deepEqual(updates[0].images.map(({ width, height }) => [width, height]), Array(4).fill([1920, 1280]));
  assert.equal(announced.size, 1, "one key");
  assert.equal(new Set(sent).size, sent.length, "nothing was sent twice");
  assert.equal(sent.length, 4, `${before} before the cut, ${sent.length - before} after`);

  step("an answer that gets lost doesn't publish twice");
  const lost = `Longrines, axe ${Date.now() % 10_000}`;
  let swallowed = 0;
  await again.route("**/graphql", async (route) => {
    if (swallowed > 0 || !(route.request().postData() ?? "").includes("createProjectUpdate")) return route.continue();
    swallowed += 1;
    await route.fetch();
    await route.abort("connectionreset");
  });
  world.cut = true;
  await again.getByLabel("Choisir dans la galerie").setInputFiles([files[0]]);
  await again.locator(".thumbnails img").waitFor();
  await again.getByLabel("Titre").fill(lost);
  await again.getByRole("button", { name: "Publier" }).click();
  await again.getByText(`Publié : ${lost}`).waitFor({ timeout: 30_000 });
  world.cut = false;
  assert.equal(swallowed, 1);
  const found = await api(
    origin,
    "query($search: String) { projectUpdates(first: 20, filter: { search: $search }) { totalCount } }",
    { search: lost },
    await token(origin),
  );
  assert.equal(found.projectUpdates.totalCount, 1);
  const left = await again.evaluate(async () => {
    const open = (name) => new Promise((done) => (indexedDB.open(name).onsuccess = (event) => done(event.target.result)));
    const database = await open("belle-house-outbox");
    return new Promise((done) => (database.transaction("items").objectStore("items").count().onsuccess = (event) => done(event.target.result)));
  });
  assert.equal(left, 0, "nothing waits any more");
}
