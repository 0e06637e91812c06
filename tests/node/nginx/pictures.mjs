// Clients' pictures: allowed by the application, sent by nginx (X-Accel-Redirect), and nothing told that the application
// wouldn't have told.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { SITE } from "./deployment.mjs";

const PHOTOS = `{ viewer { projects(first: 5) { nodes { updates(first: 5) { nodes { images { id url(width: 640) } } } } } } }`;

/** Two photos of a client's, and what lies on the disk. */
async function photos(deployment) {
  const api = deployment.api();
  const { viewer } = await api.gql(PHOTOS, {}, await api.login("aissata@demo.bellehouse.ne"));
  const images = viewer.projects.nodes.flatMap((project) => project.updates.nodes.flatMap((update) => update.images));
  assert.ok(images.length >= 2, "the demo company has photos");
  const folder = join(deployment.folder, "data/media/images");
  const files = new Map(readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => [entry.name, join(entry.parentPath ?? entry.path, entry.name)]));
  const keyOf = (etag) => [...files.keys()].find((name) => name.includes(etag.replaceAll('"', "")));
  return { api, images, fileOf: (answer) => files.get(keyOf(answer.headers.etag)) };
}

/** What is told of a picture, but for what differs from request to request: an age is shorter a second later. */
function told(answer) {
  const { date, "x-request-id": id, "last-modified": modified, connection, "keep-alive": kept, ...rest } = answer.headers;
  return { ...rest, "cache-control": rest["cache-control"].replace(/max-age=\d+/, "max-age=…") };
}

export const checks = {
  async "a client's picture is sent by nginx as the application would send it"(deployment) {
    const { api, images, fileOf } = await photos(deployment);
    const answer = await api.request(images[0].url);
    assert.equal(answer.status, 200);
    const file = fileOf(answer);
    assert.ok(file, `${answer.headers.etag} names a file`);
    assert.deepEqual(answer.body, readFileSync(file));
    assert.equal(answer.headers["x-accel-redirect"], undefined, "where it lies is between the two");
    const line = await deployment.logged(answer.headers["x-request-id"]);
    assert.match(line.path, /^\/_media\/images\//, "nginx has sent it itself");
    // HEAD is answered by the application alone.
    const head = await api.request(images[0].url, { method: "HEAD" });
    assert.deepEqual(told(answer), told(head));
    const [there, thereHead] = await Promise.all(["GET", "HEAD"].map((method) => api.request(images[0].url, { method, headers: { origin: SITE } })));
    assert.equal(there.headers["access-control-allow-origin"], SITE);
    assert.deepEqual(told(there), told(thereHead), "to the website's origin");
    for (const name of ["etag", "cache-control", "content-type", "content-security-policy", "x-content-type-options"]) {
      assert.equal(answer.raw.filter((text, index) => index % 2 === 0 && text.toLowerCase() === name).length, 1, name);
    }
    // To whoever comes past nginx it is no picture.
    const url = new URL(images[0].url);
    const past = await api.request(`http://127.0.0.1:${deployment.ports.instances[0]}${url.pathname}${url.search}`, { headers: { host: "localhost" } });
    assert.match(past.headers["x-accel-redirect"], /^\/_media\/images\/[\w./-]+$/);
    assert.equal(past.body.length, 0);
  },

  async "parts of it, and nothing of what is known already"(deployment) {
    const { api, images, fileOf } = await photos(deployment);
    const whole = await api.request(images[0].url);
    const bytes = readFileSync(fileOf(whole));
    const { etag } = whole.headers;
    for (const [headers, expected, range] of [
      [{ range: "bytes=10-19" }, bytes.subarray(10, 20), `bytes 10-19/${bytes.length}`],
      [{ range: "bytes=-5" }, bytes.subarray(-5), `bytes ${bytes.length - 5}-${bytes.length - 1}/${bytes.length}`],
      [{ range: "bytes=10-19", "if-range": etag }, bytes.subarray(10, 20), `bytes 10-19/${bytes.length}`],
    ]) {
      const part = await api.request(images[0].url, { headers });
      assert.equal(part.status, 206);
      assert.equal(part.headers["content-range"], range);
      assert.deepEqual(part.body, expected);
    }
    const other = await api.request(images[0].url, { headers: { range: "bytes=10-19", "if-range": '"another"' } });
    assert.deepEqual([other.status, other.body.length], [200, bytes.length]);
    assert.equal((await api.request(images[0].url, { headers: { range: `bytes=${bytes.length}-` } })).status, 416);
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`]) {
      const answer = await api.request(images[0].url, { headers: { "if-none-match": known } });
      assert.deepEqual([answer.status, answer.body.length, answer.headers.etag], [304, 0, etag]);
    }
    const changed = await api.request(images[0].url, { headers: { "if-none-match": '"another"', "if-modified-since": new Date().toUTCString() } });
    assert.deepEqual([changed.status, changed.body.length], [200, bytes.length]);
  },

  async "nobody gets one without the application's word"(deployment) {
    const { api, images, fileOf } = await photos(deployment);
    const [url, other] = images.map((image) => new URL(image.url));
    const key = fileOf(await api.request(url.href)).split("/data/media/")[1];
    const foreign = `${other.pathname}${url.search}`;
    const mangled = url.href.replace(/signature=./, (found) => `signature=${found.endsWith("A") ? "B" : "A"}`);
    for (const address of [foreign, mangled, url.pathname]) assert.equal((await api.request(address)).status, 403, address);
    for (const address of [`/_media/${key}`, `//_media/${key}`, `/%5Fmedia/${key}`, `/media/../_media/${key}`, `/_media/%2e%2e/secret_key`,
      `/_media/../secret_key`, "/_media/", "/_media"]) {
      // As it is typed: `new URL` would resolve the dots.
      const answer = await api.request("/x", { path: address, headers: { "x-accel-redirect": `/_media/${key}` } });
      assert.equal(answer.status, 404, address);
      assert.doesNotMatch(answer.headers["content-type"] ?? "", /^image\//, address);
    }
  },

  async "a file that is lost is told as ever"(deployment) {
    const { api, images, fileOf } = await photos(deployment);
    const file = fileOf(await api.request(images[0].url));
    renameSync(file, `${file}.away`);
    try {
      const answer = await api.request(images[0].url);
      assert.equal(answer.status, 404);
      assert.equal(JSON.parse(answer.body).code, "FILE_MISSING");
    } finally {
      renameSync(`${file}.away`, file);
    }
    assert.equal((await api.request(images[0].url)).status, 200);
  },
};
