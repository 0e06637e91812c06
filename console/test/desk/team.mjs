// An administrator hires somebody; they choose their own password and work; they are shut out. MAIL is the folder that
// the server writes its mails to.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ADMIN, World, step } from "./world.mjs";

/** The temporary password in the mail to this address. */
async function temporaryPassword(email) {
  const folder = process.env.MAIL;
  assert.ok(folder, "MAIL names the folder of the server's mails");
  for (let n = 0; n < 100; n++) {
    const mail = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8")).find((text) => text.includes(`<${email}>`));
    const found = mail?.replaceAll("=\r\n", "").replaceAll("=\n", "").match(/provisoire\s*:\s*(\S+)/);
    if (found) return found[1].replaceAll("=3D", "=");
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`no mail to ${email}`);
}

export async function team(world) {
  const email = `salif${Date.now()}@example.com`;
  const admin = await world.page();

  step("an administrator hires somebody");
  await world.signIn(admin, "/desk/equipe", ADMIN);
  await admin.getByRole("link", { name: "Nouveau membre" }).click();
  await admin.getByLabel("Nom").fill("Salif Adamou");
  await admin.getByLabel("E-mail").fill(email);
  await admin.getByRole("button", { name: "Créer et inviter" }).click();
  await admin.getByRole("heading", { level: 1, name: "Salif Adamou" }).waitFor();
  await admin.getByText("Mot de passe jamais changé").waitFor();

  step("the new one signs in with the mailed password, and chooses another before anything else");
  const password = await temporaryPassword(email);
  const theirs = await World.open(world.origin, world);
  const page = await theirs.page();
  await page.goto(`${world.origin}/desk`);
  await page.getByLabel("Adresse e-mail").fill(email);
  await page.getByLabel("Mot de passe", { exact: true }).fill(password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Choisissez votre mot de passe" }).waitFor();
  await theirs.look(page, "first-password");
  await page.getByLabel("Mot de passe actuel").fill(password);
  await page.getByLabel("Nouveau mot de passe").fill("un-baobab-au-bord-du-fleuve");
  await page.keyboard.press("Enter");
  await page.locator("main#main").waitFor();
  await page.getByText("En direct").waitFor();

  step("loaded anew, the desk goes on where it was; and who reads the page finds no token that lasts");
  await page.reload();
  await page.getByText("En direct").waitFor();
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  assert.doesNotMatch(kept, /eyJ|bhr_|[A-Za-z0-9_-]{40}/);

  step("what only administrators may do isn't offered");
  await page.getByRole("link", { name: "Équipe" }).first().click();
  await page.getByRole("heading", { level: 1, name: "Équipe" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Nouveau membre" }).count(), 0);

  step("shut out, they are signed out at once");
  theirs.cut = true;
  await admin.getByRole("button", { name: "Fermer l’accès" }).click();
  await admin.getByRole("dialog").getByRole("button", { name: "Fermer l’accès" }).click();
  await admin.getByText("Accès fermé").first().waitFor();
  await page.getByText("Votre session est terminée").waitFor();
  assert.deepEqual(theirs.complaints, []);
  await theirs.close();
}
