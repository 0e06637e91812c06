// The staff's console in a real browser: log in, run a ready-made operation, follow the live feed and see an event, be
// refused, sign out. Nothing may leave the server's origin, break the page's policy or be complained of in the
// console, and the tokens must be nowhere but in memory.
//
//   node console/test/browser.mjs http://127.0.0.1:8000 [FOLDER FOR SCREENSHOTS]
//
// The server holds the demo company. CHROMIUM names the browser (/usr/bin/chromium).
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const origin = new URL(process.argv[2] ?? "http://127.0.0.1:8000").origin;
const pictures = process.argv[3];
const STAFF = "staff@demo.bellehouse.ne";
const PASSWORD = "soleil-sur-le-fleuve";

const profile = mkdtempSync(join(tmpdir(), "belle-house-chromium-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  viewport: { width: 1440, height: 900 },
  locale: "fr-FR",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // The network is closed: no name resolves but loopback's.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
  ],
});

// A test that hangs says so.
setTimeout(() => {
  console.error("the console did not get through its story in time", complaints);
  process.exit(1);
}, 180_000).unref();

const complaints = [];
const requests = [];
/** The page's sockets, each with what it said first. */
const links = [];
/** What a socket waits for before it reaches the server. */
let reconnecting = Promise.resolve();
const tokens = new Set();

function watch(page) {
  page.on("request", (request) => {
    requests.push(request);
    const { protocol, origin: from } = new URL(request.url());
    if (from !== origin && protocol !== "data:" && protocol !== "blob:") complaints.push(`request to ${request.url()}`);
  });
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText;
    // The page gave up a load of its own: it was closed, or went on, while a worker was still on its way. What a server
    // does wrong has other names.
    if (reason !== "net::ERR_ABORTED") complaints.push(`failed: ${request.url()} ${reason}`);
  });
  page.on("response", async (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
    if (!response.url().endsWith("/graphql")) return;
    const text = await response.text().catch(() => "");
    for (const [, token] of text.matchAll(/"(?:accessToken|refreshToken)":"([^"]+)"/g)) tokens.add(token);
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`page error: ${error.stack}`));
}

const shot = async (page, name) => {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
};
const step = (what) => console.log(`  ${what}`);

/** The API as another person's program uses it. */
async function api(query, variables, token) {
  const answer = await fetch(`${origin}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

const answerOf = (page) =>
  page.evaluate(() => globalThis.__MONACO.editor.getModels().find((it) => it.uri.path.endsWith("response.json")).getValue());

async function answerWith(page, text) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const answer = await answerOf(page);
    if (answer.includes(text)) return answer;
    assert.ok(Date.now() < deadline, `the answer never had ${JSON.stringify(text)}: ${answer}`);
    await page.waitForTimeout(50);
  }
}

const run = (page) => page.locator(".graphiql-execute-button").click();

/** Opens a ready-made operation as a person does: by searching. */
async function open(page, name, words) {
  await page.locator(".operations-search").fill(words);
  await page.locator(`[data-operation="${name}"]`).click();
  await page.locator(".operations-search").fill("");
}

try {
  const page = browser.pages()[0] ?? (await browser.newPage());
  watch(page);
  await page.routeWebSocket(/.*/, async (socket) => {
    if (new URL(socket.url()).host !== new URL(origin).host) complaints.push(`socket to ${socket.url()}`);
    await reconnecting;
    const link = { socket, server: socket.connectToServer(), init: null };
    socket.onMessage((text) => {
      const message = JSON.parse(text);
      if (message.type === "connection_init") link.init = message.payload;
      link.server.send(text);
    });
    links.push(link);
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      console.error(`policy: ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`),
    );
  });

  step("the page comes with a strict policy, in French");
  const served = await page.goto(`${origin}/graphiql`);
  const policy = served.headers()["content-security-policy"];
  assert.match(policy, /default-src 'none'; script-src 'self';/);
  assert.match(policy, /connect-src 'self'; img-src 'self' data:; font-src 'self'; frame-ancestors 'none'/);
  await page.getByRole("button", { name: "Se connecter" }).waitFor();
  await shot(page, "1-login");

  step("a wrong password is told");
  await page.getByLabel("Adresse e-mail").fill(STAFF);
  await page.getByLabel("Mot de passe").fill("pas-le-bon");
  await page.getByRole("button", { name: "Se connecter" }).click();
  await page.getByRole("alert").waitFor();

  step("staff log in, and the schema is fetched with their token");
  const introspected = page.waitForResponse(
    (response) => response.url().endsWith("/graphql") && (response.request().postData() ?? "").includes("IntrospectionQuery"),
  );
  await page.getByLabel("Mot de passe").fill(PASSWORD);
  await page.getByRole("button", { name: "Se connecter" }).click();
  await page.getByTestId("who").getByText("personnel").waitFor();
  const schema = await (await introspected).json();
  assert.ok(schema.data.__schema.types.length > 50, "the schema is there");
  await page.locator('[data-operation="projects-search"]:enabled').waitFor();

  step("a ready-made operation is found, run and answered");
  await open(page, "projects-search", "chercher PROJET");
  await run(page);
  await answerWith(page, "Villa Aïssata, Koira Kano");
  await shot(page, "2-operation");

  step("one that is opened and run in the same breath is the one that runs");
  await page.locator('[data-operation="dashboard"]').click();
  await run(page);
  await answerWith(page, '"projectsWithoutNews"');

  step("what is left to fill in is asked for before anything is sent");
  await open(page, "project-progress", "avancer");
  const asked = () => requests.filter((request) => request.url().endsWith("/graphql")).length;
  const before = asked();
  await run(page);
  await answerWith(page, "{{project.id}}");
  assert.equal(asked(), before, "nothing was sent");

  step("a picture is sent, and its id told");
  await page.locator(".pictures summary").click();
  // 16 by 16, of laterite.
  const png =
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mPYkGRFEmIY1TCqYfhqAAD21EwQoMW1fQAAAABJRU5ErkJggg==";
  await page.locator(".pictures input").setInputFiles({ name: "mur.png", mimeType: "image/png", buffer: Buffer.from(png, "base64") });
  await page.locator(".pictures code", { hasText: /^upl_/ }).or(page.locator(".pictures .problem")).waitFor();
  assert.equal(await page.locator(".pictures .problem").count(), 0, await page.locator(".pictures").innerText());
  await page.locator(".pictures summary").click();

  step("the live feed is followed, and an update that is posted elsewhere appears");
  await open(page, "live-everything", "direct");
  await run(page);
  await answerWith(page, "à l'écoute");
  const login = await api(
    "mutation($input: LoginInput!) { login(input: $input) { session { accessToken } } }",
    { input: { email: STAFF, password: PASSWORD } },
  );
  const token = login.login.session.accessToken;
  const { projects } = await api("{ projects(first: 1) { nodes { id } } }", {}, token);
  const post = (title) =>
    api(
      "mutation($input: CreateProjectUpdateInput!) { createProjectUpdate(input: $input) { userErrors { message } } }",
      { input: { projectId: projects.nodes[0].id, title, post: true } },
      token,
    );
  // The stream listens a moment after its socket does.
  for (let n = 1; !(await answerOf(page)).includes("Vu en direct"); n++) {
    assert.ok(n < 20, "no event came");
    await post(`Vu en direct ${n}`);
    await page.waitForTimeout(500);
  }
  await shot(page, "3-live");

  step("cut off because its token ran out, the stream goes on with a fresh one after the last event it showed");
  const [first] = links;
  const lastCursor = JSON.parse(await answerOf(page)).events[0].data.staffEvents.cursor;
  let missed;
  reconnecting = new Promise((resolve) => {
    missed = resolve;
  });
  // Not awaited: a socket whose other end is gone answers nothing.
  void first.socket.close({ code: 4403, reason: "Forbidden" }).catch(() => {});
  void first.server.close().catch(() => {});
  await post("Pendant la coupure");
  missed();
  const answer = JSON.parse(await answerWith(page, "Pendant la coupure"));
  assert.equal(answer.events[0].data.staffEvents.replayed, true);
  assert.equal(links.length, 2);
  assert.equal(links[1].init.resumeFrom, lastCursor);
  assert.notEqual(links[1].init.Authorization, first.init.Authorization, "the token was renewed");
  await run(page);

  step("the panel speaks English too");
  await page.getByRole("button", { name: "EN", exact: true }).click();
  await page.getByText("Search projects").waitFor();
  await page.getByRole("button", { name: "FR", exact: true }).click();

  step("tokens are in no storage, no cookie and no address");
  await page.waitForTimeout(700); // GraphiQL writes its storage with a delay.
  assert.ok(tokens.size >= 2, "the tokens were seen on the way");
  const kept = await page.evaluate(async () =>
    JSON.stringify([
      { ...localStorage },
      { ...sessionStorage },
      document.cookie,
      location.href,
      (await indexedDB.databases()).map((it) => it.name),
      await caches.keys(),
    ]),
  );
  const cookies = JSON.stringify(await browser.cookies());
  for (const secret of [...tokens, PASSWORD]) {
    assert.ok(!kept.includes(secret) && !cookies.includes(secret), "a secret lies in the browser");
  }
  assert.equal(cookies, "[]");
  assert.ok(!kept.includes("Villa"), "what staff read stays in memory too");

  step("signing out ends the session on the server and clears the desk");
  const ended = page.waitForResponse((response) => (response.request().postData() ?? "").includes("ConsoleLogout"));
  await page.getByRole("button", { name: "Se déconnecter" }).click();
  assert.equal((await ended).status(), 200);
  const worthless = links.at(-1).init.Authorization;
  const refused = await fetch(`${origin}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: worthless },
    body: JSON.stringify({ query: "{ viewer { email } }" }),
  });
  assert.equal(refused.status, 401);
  await page.getByRole("button", { name: "Se connecter" }).waitFor();

  step("visitors get the page without the schema");
  await page.getByRole("button", { name: "Continuer sans compte" }).click();
  await page.locator('[data-operation="account-me"]:enabled').waitFor();
  await open(page, "account-me", "qui suis-je");
  await run(page);
  await answerWith(page, '"viewer": null');
  await page.reload();
  await page.getByRole("button", { name: "Se connecter" }).waitFor();

  assert.deepEqual(complaints, []);
  assert.ok(requests.length > 10 && links.length > 0);
  console.log(`  ${requests.length} requests and ${links.length} sockets, all to ${origin}`);
} catch (error) {
  for (const complaint of complaints) console.error(`  ${complaint}`);
  const page = browser.pages()[0];
  if (page) await shot(page, "failed").catch(() => {});
  throw error;
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
