// What a phone loads before somebody has signed in and can post photos, as gzip.
import assert from "node:assert/strict";
import { get } from "node:http";
import { step } from "./world.mjs";

const LIMIT = 180;
/** Until somebody can sign in, at 400 kbit/s. */
const SECONDS = 6;

/** Bytes on the wire: browsers take brotli from this machine, and gzip is what is promised. */
const gzipped = (url) =>
  new Promise((done, failed) => {
    get(url, { headers: { "accept-encoding": "gzip" } }, (answer) => {
      let bytes = 0;
      answer.on("data", (chunk) => (bytes += chunk.length)).on("end", () => done(bytes));
    }).on("error", failed);
  });

export async function firstLoad(world) {
  const page = await world.page();
  const line = await world.browser.newCDPSession(page);
  await line.send("Network.enable");
  await line.send("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: 50_000, uploadThroughput: 50_000 });
  const started = Date.now();
  await page.goto(`${world.origin}/desk`);
  await page.getByLabel("Adresse e-mail").waitFor();
  const seconds = (Date.now() - started) / 1000;
  step(`the sign-in is there after ${seconds.toFixed(1)} s at 400 kbit/s (${SECONDS} allowed)`);
  assert.ok(seconds <= SECONDS);
  await line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  const urls = new Set();
  page.on("request", (request) => {
    if (new URL(request.url()).pathname.startsWith("/desk")) urls.add(request.url());
  });
  await world.signIn(page, "/desk/photos");
  await page.getByRole("button", { name: "Publier" }).waitFor();
  const sizes = await Promise.all([...urls].map(gzipped));
  const kib = Math.round(sizes.reduce((sum, it) => sum + it, 0) / 102.4) / 10;
  step(`signing in and posting: ${kib} KiB gzip in ${urls.size} files (${LIMIT} allowed)`);
  assert.ok(urls.size >= 3 && kib > 50 && kib <= LIMIT, `the first load is ${kib} KiB`);
}
