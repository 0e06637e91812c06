// Public answers and pictures that nginx keeps: the same bytes, and never older than the promised second.
import assert from "node:assert/strict";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { SITE } from "./deployment.mjs";
import { sleep } from "./api.mjs";

const SERVICES = "{ services { nodes { id title shortDescription icon { url(format: PNG) } } } portfolio(first: 12) { nodes { slug title description } } }";

/** What nginx says of an answer: MISS, REVALIDATED, … */
async function status(deployment, answer) {
  return (await deployment.logged(answer.headers["x-request-id"])).cache;
}

/** Asks until nginx has the application's answer; the last one. */
async function warm(deployment, ask) {
  await ask();
  const again = await ask();
  assert.equal(again.status, 200);
  assert.equal(await status(deployment, again), "REVALIDATED");
  return again;
}

export const checks = {
  async "public answers are kept, by encoding, and asked about"(deployment) {
    const api = deployment.api();
    const plain = await warm(deployment, () => api.get(SERVICES));
    assert.equal(plain.headers["content-encoding"], undefined);
    for (const [encoding, unpack] of [["br", brotliDecompressSync], ["gzip", gunzipSync]]) {
      const packed = await warm(deployment, () => api.get(SERVICES, { "accept-encoding": encoding }));
      assert.equal(packed.headers["content-encoding"], encoding);
      assert.deepEqual(unpack(packed.body), plain.body);
      const known = await api.get(SERVICES, { "accept-encoding": encoding, "if-none-match": packed.headers.etag });
      assert.equal(known.status, 304);
    }
    assert.equal(plain.headers["cache-control"], "public, max-age=0, must-revalidate");
    assert.equal(plain.headers["x-accel-expires"], undefined, "what is between the two isn't told");
    const refused = await api.get(SERVICES, { "accept-encoding": "br;q=0, gzip;q=0.0" });
    assert.equal(refused.headers["content-encoding"], undefined);
  },

  async "an answer is given to those alone whom it is for"(deployment) {
    const api = deployment.api();
    await warm(deployment, () => api.get(SERVICES));
    const other = await api.get(SERVICES, { accept: "application/graphql-response+json" });
    assert.match(other.headers["content-type"], /^application\/graphql-response\+json/);
    const site = await api.get(SERVICES, { origin: SITE });
    assert.equal(site.headers["access-control-allow-origin"], SITE);
    const stranger = await api.get(SERVICES, { origin: "https://stranger.example" });
    assert.equal(stranger.headers["access-control-allow-origin"], undefined);
    const forged = await api.get(SERVICES, { authorization: "Bearer nonsense" });
    assert.equal(forged.status, 401);
    assert.equal((await api.get(SERVICES)).status, 200);
    const client = await api.login("aissata@demo.bellehouse.ne");
    const viewer = "{ viewer { email } }";
    for (let times = 0; times < 2; times += 1) {
      const own = await api.get(viewer, { authorization: `Bearer ${client}` });
      assert.match(own.body.toString(), /aissata@demo/);
      assert.equal(own.headers["cache-control"], "private, no-store");
    }
    assert.doesNotMatch((await api.get(viewer)).body.toString(), /aissata@demo/);
  },

  async "what staff change is there within a second"(deployment) {
    const api = deployment.api();
    const staff = await api.login("staff@demo.bellehouse.ne");
    for (let round = 1; round <= 3; round += 1) {
      const { services } = await api.gql("{ services { nodes { id version } } }", {}, staff);
      const title = `Plans ${Date.now()}`;
      // Kept by nginx, on the way to either instance.
      for (let times = 0; times < 4; times += 1) await api.get(SERVICES);
      await api.mutate("updateService", "UpdateServiceInput",
        { id: services.nodes[0].id, expectedVersion: services.nodes[0].version, patch: { title } }, "service { id }", staff);
      const acknowledged = Date.now();
      await sleep(1000);
      for (let times = 0; times < 6; times += 1) {
        const answer = await api.get(SERVICES);
        assert.ok(answer.body.toString().includes(title), `round ${round}: still old ${Date.now() - acknowledged} ms after the change`);
      }
    }
  },

  async "public pictures are kept, in parts too; clients' are not"(deployment) {
    const api = deployment.api();
    const { portfolio } = await api.gql("{ portfolio(first: 1) { nodes { mainImage { url(width: 640) } } } }");
    const { url } = portfolio.nodes[0].mainImage;
    const picture = await warm(deployment, () => api.request(url));
    assert.match(picture.headers["cache-control"], /immutable/);
    const part = await api.request(url, { headers: { range: "bytes=10-19" } });
    assert.equal(part.status, 206);
    assert.deepEqual(part.body, picture.body.subarray(10, 20));
    const known = await api.request(url, { headers: { "if-none-match": picture.headers.etag } });
    assert.equal(known.status, 304);

    const client = await api.login("aissata@demo.bellehouse.ne");
    const { viewer } = await api.gql("{ viewer { projects(first: 5) { nodes { updates(first: 5) { nodes { images { url(width: 640) } } } } } } }", {}, client);
    const own = viewer.projects.nodes.flatMap((one) => one.updates.nodes).flatMap((one) => one.images)[0].url;
    for (let times = 0; times < 2; times += 1) {
      const answer = await api.request(own);
      assert.equal(answer.status, 200);
      assert.equal(await status(deployment, answer), "", "it passes by no cache");
    }
    const forged = await api.request(own.replace(/.$/, (last) => (last === "A" ? "B" : "A")));
    assert.equal(forged.status, 403);
  },

  async "nobody waits in a row for what isn't kept"(deployment) {
    const api = deployment.api({ from: "127.0.0.9" });
    const unknown = `/graphql?documentId=sha256:${"0".repeat(64)}`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.request(unknown)));
    assert.ok(answers.every((answer) => answer.body.toString().includes("PERSISTED_QUERY_NOT_FOUND")));
    // What nginx took beyond the instance's own time: waiting in a row goes by half seconds.
    const lines = await Promise.all(answers.map((answer) => deployment.logged(answer.headers["x-request-id"])));
    const waited = lines.filter((line) => line.seconds - Number(line.upstream_seconds) > 0.4);
    assert.ok(waited.length < 5, JSON.stringify(lines.map((line) => [line.seconds, line.upstream_seconds])));
  },

  async "site map and feed"(deployment) {
    const api = deployment.api();
    for (const path of ["/sitemap.xml", "/feed.xml"]) {
      const answer = await warm(deployment, () => api.request(path));
      assert.match(answer.headers["content-type"], /xml/);
    }
  },
};
