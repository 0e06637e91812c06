// An accountant's morning: an invoice with lines from a spreadsheet, issued, paid, credited; several at once; and the
// list as it was left.
import assert from "node:assert/strict";
import { api, step, token } from "./world.mjs";

/** Another draft, of a colleague's. */
async function anotherDraft(origin) {
  const key = await token(origin);
  const { projects } = await api(origin, "{ projects(first: 1) { nodes { id } } }", {}, key);
  const input = {
    projectId: projects.nodes[0].id,
    subject: "Clôture",
    items: [{ description: "Mur de clôture", quantity: "40", unitPrice: "35000" }],
    idempotencyKey: crypto.randomUUID(),
  };
  await api(origin, "mutation($input: CreateInvoiceInput!) { createInvoice(input: $input) { userErrors { message } } }", { input }, key);
}

/** Figures without the spaces that belong between them. */
const figures = (text) => text.replace(/[\s\u00a0\u202f]/g, "");

export async function billing(world) {
  const page = await world.page();
  const subject = `Gros œuvre, lot ${Date.now() % 10_000}`;
  await world.signIn(page, "/desk/factures");

  step("writes a draft: project by some letters, lines pasted from a spreadsheet");
  await page.getByRole("link", { name: "Nouvelle facture" }).click();
  await page.getByRole("combobox", { name: "Chantier" }).fill("duplex");
  // Before the answer is there: it is what was typed that is chosen, not what stood first.
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => [...document.querySelectorAll("[role=combobox]")].some((it) => it.value === "Duplex Plateau"));
  await page.getByLabel("Objet").fill(subject);
  const first = page.getByLabel("Désignation, ligne 1");
  await first.focus();
  await first.evaluate((field) => {
    const data = new DataTransfer();
    data.setData("text/plain", "Béton dosé à 350\t12,5\t95 000\r\nFerraillage\t1\t1.250.000\nMain-d’œuvre\t300000\n");
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  assert.equal(await page.locator(".lines > li").count(), 3);
  await page.getByLabel("TVA (%)").fill("19");
  // 12.5 × 95 000 + 1 250 000 + 300 000 = 2 737 500; 19 % of it is 520 125.
  assert.match(figures(await page.locator(".totals").innerText()), /TotalTTC3257625FCFA/);
  await world.look(page, "invoice-new");
  await page.getByRole("button", { name: "Enregistrer le brouillon" }).click();

  step("the server comes to the same total");
  await page.getByRole("button", { name: "Émettre" }).waitFor();
  assert.match(page.url(), /\/desk\/factures\/inv_/);
  const draft = page.url();

  step("a mistake stands at its field, which has the focus");
  await page.getByLabel("Quantité, ligne 1").fill("-3");
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await page.locator('input[aria-invalid="true"]').waitFor();
  assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), /ligne 1/);
  await page.getByLabel("Quantité, ligne 1").fill("12,5");

  step("leaving with changes asks, and staying keeps them");
  await page.getByLabel("Objet").fill(`${subject} bis`);
  await page.getByRole("link", { name: "Paiements" }).first().click();
  await page.getByRole("dialog", { name: "Quitter sans enregistrer ?" }).getByRole("button", { name: "Annuler" }).click();
  assert.equal(await page.getByLabel("Objet").inputValue(), `${subject} bis`);
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("Control+s");
  await page.getByText("Enregistré.").waitFor();

  step("issues it; the question says what becomes irreversible");
  await page.getByRole("button", { name: "Émettre" }).click();
  const question = page.getByRole("dialog", { name: "Émettre la facture ?" });
  await question.getByText("C’est irréversible.", { exact: false }).waitFor();
  await world.look(page, "invoice-issue");
  await question.getByRole("button", { name: "Émettre" }).click();
  await page.getByRole("heading", { level: 1, name: /BH\/\d{4}\/\d+/ }).waitFor();
  const number = await page.getByRole("heading", { level: 1 }).innerText();
  assert.match(figures(await page.locator(".totals").innerText()), /TotalTTC3257625FCFA.*Solde3257625FCFA/);
  await world.look(page, "invoice-issued");

  step("its PDF and, once paid in part, the receipt are there");
  const paper = async (name) => {
    const address = await page.getByRole("link", { name }).getAttribute("href");
    const answer = await fetch(world.origin + address);
    assert.equal(answer.headers.get("content-type"), "application/pdf", address);
  };
  await paper("PDF");
  await page.getByRole("link", { name: "Paiement partiel" }).click();
  await page.getByLabel("Montant").fill("1 000 000");
  await page.getByLabel("Référence").fill("VIR-42");
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await page.getByRole("heading", { level: 1, name: /Paiement du/ }).waitFor();
  await paper("Reçu (PDF)");

  step("credits a line, then marks the rest as paid, still signed in after the page was loaded anew");
  await page.goBack();
  await page.goto(draft).catch(() => {});
  await page.getByRole("link", { name: "Faire un avoir" }).click();
  await page.getByLabel("Retirer la ligne 3").click();
  await page.getByLabel("Retirer la ligne 1").click();
  await page.getByLabel("Quantité, ligne 1").fill("0,2");
  await page.getByRole("button", { name: "Émettre l’avoir" }).click();
  await page.getByRole("heading", { level: 1, name: /AV\/\d{4}\/\d+/ }).waitFor();
  await page.getByRole("link", { name: number }).click();
  await page.getByRole("heading", { level: 1, name: number }).waitFor();
  await page.getByRole("button", { name: "Marquer payée" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Enregistrer le paiement" }).click();
  await page.locator(".head").getByText("Payée").waitFor();

  step("the list keeps its filters in the address and on return; drafts are issued in bulk with a result for each");
  await anotherDraft(world.origin);
  await page.getByRole("link", { name: "Retour : Factures" }).click();
  await page.getByLabel("État").selectOption({ label: "Brouillon" });
  await page.waitForURL(/status=DRAFT/);
  await page.locator(".row-link").first().click();
  await page.getByRole("link", { name: "Retour : Factures" }).click();
  await page.waitForURL(/status=DRAFT/);
  await page.getByLabel("Tout choisir").check();
  const drafts = await page.locator("tbody tr").count();
  await page.getByRole("button", { name: `Émettre (${drafts})` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Émettre" }).click();
  await page.getByText(`sur ${drafts} : c’est fait.`).waitFor();
  await world.look(page, "invoices-bulk");
}
