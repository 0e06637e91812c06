// Two instances and nginx as processes of our own, in a folder of their own.
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Api, sleep } from "./api.mjs";

const SOURCES = join(dirname(fileURLToPath(import.meta.url)), "../../../nginx");
const NGINX = process.env.NGINX ?? "/usr/sbin/nginx";
/** Whom the instances may be called by from a browser. */
export const SITE = "https://site.example";

export class Deployment {
  constructor(binary, databaseUrl) {
    this.binary = resolve(binary);
    this.databaseUrl = databaseUrl;
    this.folder = mkdtempSync(join(tmpdir(), "belle-house-nginx."));
    this.processes = new Map();
  }

  async start() {
    // nginx's workers run as another user.
    chmodSync(this.folder, 0o755);
    const [https, http, ...instances] = await freePorts(4);
    this.ports = { https, http, instances };
    this.base = `https://localhost:${https}`;
    this.certify();
    this.environment = {
      PATH: process.env.PATH,
      HOME: this.folder,
      DATABASE_URL: this.databaseUrl,
      DATA_DIR: join(this.folder, "data"),
      PUBLIC_URL: this.base,
      SECRET_KEY: "Kq7vT2mXw9ZpLr4sYd8hBn3cJf6gUe1aQoRi5tNk",
      DEBUG: "false",
      EMAIL_BACKEND: "file",
      TRUSTED_PROXIES: "127.0.0.1",
      CORS_ALLOWED_ORIGINS: SITE,
      MEDIA_ACCEL_PREFIX: "/_media/",
    };
    // Its pictures take a debug build 20 s of processor time.
    execFileSync(this.binary, ["demo", "--into-production"], { cwd: this.folder, env: { ...this.environment, LOG: "warn" }, stdio: ["ignore", "ignore", "inherit"], timeout: 120_000 });
    await Promise.all(instances.map((_, number) => this.startInstance(number)));
    await this.startNginx();
  }

  certify() {
    execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-keyout", join(this.folder, "privkey.pem"), "-out", join(this.folder, "fullchain.pem"), "-subj", "/CN=localhost",
      "-addext", "subjectAltName=DNS:localhost"], { stdio: "ignore" });
    this.ca = readFileSync(join(this.folder, "fullchain.pem"));
  }

  async startInstance(number) {
    const address = `127.0.0.1:${this.ports.instances[number]}`;
    this.spawn(`instance ${number}`, this.binary, ["serve"], { ...this.environment, BIND_ADDR: address });
    await this.answers(`http://${address}/readyz`, `instance ${number}`);
  }

  async startNginx() {
    const folder = join(this.folder, "nginx");
    mkdirSync(join(folder, "cache"), { recursive: true });
    for (const file of readdirSync(SOURCES).filter((name) => name.endsWith(".conf"))) copyFileSync(join(SOURCES, file), join(folder, file));
    const servers = execFileSync(join(SOURCES, "servers"), {
      encoding: "utf8",
      env: {
        PATH: process.env.PATH,
        PUBLIC_URL: this.base,
        APPS: this.ports.instances.map((port) => `127.0.0.1:${port}`).join(" "),
        CERTIFICATE: this.folder,
        MEDIA: join(this.folder, "data/media"),
        HTTP_PORT: `127.0.0.1:${this.ports.http}`,
        HTTPS_PORT: `127.0.0.1:${this.ports.https}`,
        CACHE: join(folder, "cache"),
        ACCESS_LOG: join(folder, "access.log"),
      },
    });
    writeFileSync(join(folder, "servers.conf"), servers);
    const pid = `pid ${join(folder, "nginx.pid")};`;
    // Its workers are the instances' user, as docs/DEPLOYMENT.md has it where nginx sends pictures itself.
    const user = process.getuid() === 0 ? "user root;" : "";
    this.spawn("nginx", NGINX, ["-p", folder, "-c", join(folder, "nginx.conf"), "-g", `daemon off; ${user} ${pid}`], { PATH: process.env.PATH });
    await this.answers(`http://127.0.0.1:${this.ports.http}/nginx-alive`, "nginx");
  }

  spawn(name, command, args, env) {
    const log = openSync(this.log(name), "a");
    const child = spawn(command, args, { cwd: this.folder, env, stdio: ["ignore", log, log] });
    child.ended = new Promise((done) => child.on("exit", (code, signal) => { child.status = code ?? signal; done(child.status); }));
    child.on("error", (error) => { child.status = error.message; });
    this.processes.set(name, child);
  }

  async answers(address, name) {
    const end = Date.now() + 20_000;
    for (;;) {
      const ok = await fetch(address, { signal: AbortSignal.timeout(2000) }).then((answer) => answer.ok, () => false);
      if (ok) return;
      const { status } = this.processes.get(name);
      if (status !== undefined || Date.now() > end) throw new Error(`${name} does not answer (${status ?? "it runs"}):\n${readFileSync(this.log(name))}`);
      await sleep(50);
    }
  }

  /** Ends one process as an operator does; its exit status. */
  async end(name, signal = "SIGTERM") {
    const child = this.processes.get(name);
    child.kill(signal);
    const status = await Promise.race([child.ended, sleep(25_000).then(() => "still running")]);
    this.processes.delete(name);
    return status;
  }

  api(options = {}) {
    return new Api(this.base, { ca: this.ca, ...options });
  }

  log(name) {
    return join(this.folder, `${name.replace(" ", "-")}.log`);
  }

  /** The instances' log lines, as JSON. */
  lines(number) {
    return json(readFileSync(this.log(`instance ${number}`), "utf8"));
  }

  /** nginx's line of a request that has been answered. */
  async logged(requestId) {
    for (let tries = 0; tries < 100; tries += 1) {
      const line = json(readFileSync(join(this.folder, "nginx/access.log"), "utf8")).find((one) => one.request_id === requestId);
      if (line) return line;
      await sleep(20);
    }
    throw new Error(`nginx has logged nothing of ${requestId}`);
  }

  /** For whoever reads of a failure. */
  tell() {
    for (const name of this.processes.keys()) {
      const lines = readFileSync(this.log(name), "utf8").split("\n").filter((line) => /WARN|ERROR|\[(warn|error|alert|emerg)\]/.test(line));
      console.error(`--- ${name}, its warnings:\n${lines.slice(-15).join("\n")}`);
    }
  }

  stop() {
    for (const child of this.processes.values()) {
      // nginx's workers end with their master when it is asked; KILL would leave them.
      if (child.status === undefined) child.kill("SIGTERM");
    }
    const end = Date.now() + 5000;
    for (const child of this.processes.values()) while (alive(child.pid) && Date.now() < end) execFileSync("sleep", ["0.05"]);
    for (const child of this.processes.values()) if (alive(child.pid)) child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Whether a process of ours runs; one that has ended and isn't waited for yet counts as gone. */
function alive(pid) {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

function json(text) {
  return text.split("\n").filter((line) => line.startsWith("{")).flatMap((line) => { try { return [JSON.parse(line)]; } catch { return []; } });
}

/** Ports that were free a moment ago, all at once so that they differ. */
async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise((done, fail) => {
    const server = net.createServer().on("error", fail);
    server.listen(0, "127.0.0.1", () => done(server));
  })));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
