// What must work on every deployment with the demo company: staff and client sign in, a photo goes up, the update with
// it is on the client's screen at once, the photo comes down, an invoice comes as PDF.
//
//   [CA=certificate.pem] node tests/node/nginx/story.mjs https://localhost:8443
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Api } from "./api.mjs";

/** Returns the steps, each with its milliseconds. */
export async function story(api) {
  const steps = [];
  let began = performance.now();
  const step = (what) => {
    steps.push(`${what}: ${Math.round(performance.now() - began)} ms`);
    began = performance.now();
  };
  const staff = await api.login("staff@demo.bellehouse.ne");
  const client = await api.login("aissata@demo.bellehouse.ne");
  step("two people signed in");

  const { viewer } = await api.gql(
    `{ viewer { projects(first: 5) { nodes { id updates(first: 5) { nodes { images { url(width: 640) } } } } } } }`,
    {}, client);
  const project = viewer.projects.nodes.find((one) => one.updates.nodes.some((update) => update.images.length > 0));
  assert.ok(project, "the demo company has a project with photos");
  const shown = project.updates.nodes.flatMap((update) => update.images)[0];
  const photo = await api.request(shown.url);
  assert.equal(photo.status, 200, "a client's photo");
  assert.match(photo.headers["content-type"], /^image\//);
  step("a photo looked at");

  const phone = await api.watch(client);
  step("the phone listens");
  const { upload } = await api.mutate("createUpload", "CreateUploadInput",
    { filename: "photo.webp", contentType: "image/webp", byteSize: photo.body.length }, "upload { id uploadUrl }", staff);
  assert.ok(upload.uploadUrl.startsWith(api.base), `${upload.uploadUrl} goes through what stands before the application`);
  const put = await api.request(upload.uploadUrl, { method: "PUT", headers: { "content-length": photo.body.length }, body: photo.body });
  assert.equal(put.status, 200, put.body.toString());
  step("a photo sent up");

  const title = `Linteaux posés ${Date.now()}`;
  await api.mutate("createProjectUpdate", "CreateProjectUpdateInput",
    { projectId: project.id, title, post: true, uploadIds: [upload.id] }, "projectUpdate { id }", staff);
  const event = await phone.until(title);
  step("the update posted, and seen live");
  const live = await api.request(event.projectUpdate.images[0].url);
  assert.equal(live.status, 200, "the new photo");
  await phone.stop();

  const { invoices } = await api.gql(`{ invoices(first: 20) { nodes { number pdfUrl } } }`, {}, staff);
  const invoice = invoices.nodes.find((one) => one.number && one.pdfUrl);
  assert.ok(invoice, "the demo company has an invoice with a PDF");
  const pdf = await api.request(invoice.pdfUrl);
  assert.equal(pdf.status, 200, pdf.body.toString().slice(0, 300));
  assert.equal(pdf.headers["content-type"], "application/pdf");
  assert.equal(pdf.body.subarray(0, 5).toString(), "%PDF-");
  step(`invoice ${invoice.number} as PDF, ${pdf.body.length} bytes`);
  return steps;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const base = process.argv[2];
  if (!base) {
    console.error("usage: node tests/node/nginx/story.mjs URL");
    process.exit(2);
  }
  const ca = process.env.CA && readFileSync(process.env.CA);
  setTimeout(() => { console.error("the story took longer than 60 s"); process.exit(1); }, 60_000).unref();
  for (const step of await story(new Api(base, { ca }))) console.log(`ok: ${step}`);
  process.exit(0);
}
