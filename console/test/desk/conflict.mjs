// Two people edit one client: nobody loses anything without having chosen it. And a session that ends meanwhile takes
// nothing that was typed.
import assert from "node:assert/strict";
import { api, step, token } from "./world.mjs";

export async function conflict(world) {
  const { origin } = world;
  const key = await token(origin);
  const { createClient } = await api(
    origin,
    "mutation($input: CreateClientInput!) { createClient(input: $input) { client { id version } userErrors { message } } }",
    { input: { name: "Moussa Garba", email: `moussa${Date.now()}@example.com`, phone: "+22790000001" } },
    key,
  );
  const { id, version } = createClient.client;
  const read = async () =>
    (await api(origin, "query($id: ID!) { client(id: $id) { name phone address } }", { id }, await token(origin))).client;
  const page = await world.page();
  await world.signIn(page, `/desk/clients/${id}`);
  await page.getByLabel("Nom").fill("Moussa Garba Ali");
  await page.getByLabel("Téléphone", { exact: true }).fill("+22790000002");

  step("somebody else saves first");
  await api(
    origin,
    "mutation($input: UpdateClientInput!) { updateClient(input: $input) { userErrors { message } } }",
    { input: { id, expectedVersion: version, patch: { phone: "+22790000003", address: "Plateau, Niamey" } } },
    key,
  );
  await page.getByRole("button", { name: "Enregistrer" }).click();
  const dialog = page.getByRole("dialog", { name: "Quelqu’un d’autre a enregistré entre-temps" });
  await dialog.getByText("Adresse : Plateau, Niamey").waitFor();
  assert.ok(await dialog.getByRole("button", { name: "Enregistrer ces choix" }).isDisabled(), "there is something to choose");
  await world.look(page, "conflict");

  step("mine is chosen for the telephone, theirs is kept where I changed nothing");
  await dialog.getByText("La mienne").click();
  await dialog.getByRole("button", { name: "Enregistrer ces choix" }).click();
  await page.getByText("Enregistré.").waitFor();
  assert.deepEqual(await read(), { name: "Moussa Garba Ali", phone: "+22790000002", address: "Plateau, Niamey" });

  step("the session ends while somebody types; after signing in it is all there, and saves");
  await page.getByLabel("Adresse", { exact: true }).fill("Terminus, Niamey");
  const { viewer } = await api(origin, "{ viewer { sessions { id deviceName } } }", {}, key);
  for (const session of viewer.sessions.filter((it) => it.deviceName === "Bureau Belle House")) {
    await api(origin, "mutation($input: RevokeSessionInput!) { revokeSession(input: $input) { userErrors { message } } }", { input: { id: session.id } }, key);
  }
  world.cut = true;
  await page.getByText("ce que vous avez saisi est resté").waitFor();
  await page.getByLabel("Mot de passe", { exact: true }).fill("soleil-sur-le-fleuve");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await page.getByText("Modifications non enregistrées").waitFor({ state: "hidden" });
  world.cut = false;
  assert.equal((await read()).address, "Terminus, Niamey");

  step("it goes into the bin, and out of it again");
  await page.getByRole("button", { name: "Supprimer" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Mettre à la corbeille" }).click();
  await page.waitForURL(/\/desk\/clients$/);
  await page.getByRole("link", { name: "Corbeille" }).first().click();
  await page.getByRole("button", { name: "Restaurer Moussa Garba Ali" }).first().click();
  await page.getByText("est de retour").waitFor();
  assert.equal((await read()).name, "Moussa Garba Ali");
}
