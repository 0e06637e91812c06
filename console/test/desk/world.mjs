// What the desk's stories share: a browser that may reach this server alone, complaints gathered on the way, axe, and
// a person who signs in.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const STAFF = "staff@demo.bellehouse.ne";
export const ADMIN = "admin@demo.bellehouse.ne";
export const PASSWORD = "soleil-sur-le-fleuve";
export const PHONE = { width: 390, height: 844 };
export const WIDE = { width: 1440, height: 900 };
/** The same screen at 200 %. */
export const ZOOMED = { width: 720, height: 450 };
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const step = (what) => console.log(`  ${what}`);

/** The API as another person's program uses it. */
export async function api(origin, query, variables, token) {
  const answer = await fetch(`${origin}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

export async function token(origin, email = STAFF) {
  const { login } = await api(
    origin,
    "mutation($input: LoginInput!) { login(input: $input) { session { accessToken } } }",
    { input: { email, password: PASSWORD } },
  );
  return login.session.accessToken;
}

export class World {
  complaints = [];

  static async open(origin, { viewport = WIDE, pictures, language = "fr" } = {}) {
    const world = new World();
    Object.assign(world, { origin, viewport, pictures, language });
    world.profile = mkdtempSync(join(tmpdir(), "belle-house-desk-"));
    world.browser = await chromium.launchPersistentContext(world.profile, {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      headless: true,
      viewport,
      hasTouch: viewport.width < 600,
      reducedMotion: "reduce",
      locale: "fr-FR",
      args: [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
      ],
    });
    await world.browser.addInitScript((language) => {
      localStorage.setItem("belle-house:language", language);
      document.addEventListener("securitypolicyviolation", (event) =>
        console.error(`policy: ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`),
      );
    }, language);
    return world;
  }

  async page() {
    const page = await this.browser.newPage();
    page.setDefaultTimeout(15_000);
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.origin !== this.origin && !["data:", "blob:"].includes(url.protocol)) this.complaints.push(`request to ${url}`);
    });
    page.on("console", (message) => {
      // A cut connection is part of a story; the browser notes each request that it breaks.
      if (this.cut && /ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_CONNECTION_RESET|WebSocket/.test(message.text())) return;
      if (["error", "warning"].includes(message.type())) this.complaints.push(`console ${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.complaints.push(`page error: ${error.stack}`));
    return page;
  }

  async signIn(page, path = "/desk", email = STAFF) {
    await page.goto(this.origin + path);
    const french = this.language === "fr";
    await page.getByLabel(french ? "Adresse e-mail" : "E-mail address").fill(email);
    await page.getByLabel(french ? "Mot de passe" : "Password", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.locator("main#main").waitFor();
  }

  /** A picture of it, and what axe finds serious. */
  async look(page, name) {
    await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
    if (this.pictures) {
      mkdirSync(this.pictures, { recursive: true });
      await page.screenshot({ path: join(this.pictures, `${name}-${this.viewport.width}-${this.language}.png`) });
    }
    await page.evaluate((source) => {
      // Debuggers run beside the page's policy; an element of script would not.
      if (!("axe" in globalThis)) (0, eval)(source);
    }, AXE).catch(async () => {
      const session = await page.context().newCDPSession(page);
      await session.send("Runtime.evaluate", { expression: AXE });
      await session.detach();
    });
    const found = await page.evaluate(async () => {
      const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
      return violations
        .filter((it) => ["serious", "critical"].includes(it.impact))
        .map((it) => `${it.id}: ${it.nodes.map((node) => `${node.target} ${node.failureSummary}`).join("; ").slice(0, 600)}`);
    });
    assert.deepEqual(found, [], `axe on ${name}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 1, `${name} scrolls sideways by ${wide}`);
  }

  async close() {
    await this.browser.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}
