// People who go on working while something is changed under them.
//
//   [CA=certificate.pem] node tests/node/nginx/load.mjs https://localhost:8443
//
// works until it is told to stop (SIGTERM): reads, writes, and a live feed on which every post must arrive once. Fails when
// a single request did.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Api, sleep } from "./api.mjs";

/** Calls again and again, `pause` milliseconds apart, until it is stopped; what went wrong, and how often it went well. */
export function load(api, ask, pause = 30) {
  const failures = [];
  let running = true;
  let answered = 0;
  const done = (async () => {
    while (running) {
      try {
        const answer = await ask(api);
        if (answer.status === 200) answered += 1;
        else failures.push(`${answer.status} ${answer.body.toString().slice(0, 200)}`);
      } catch (error) {
        failures.push(String(error));
      }
      await sleep(pause);
    }
  })();
  return { failures, answered: () => answered, stop: async () => { running = false; await done; } };
}

const SERVICES = "{ services { nodes { title } } }";

/** Everything that `load.mjs` does on its own, until `stopped` resolves: what was seen. */
async function work(api, stopped) {
  const staff = await api.login("staff@demo.bellehouse.ne");
  const client = await api.login("ibrahim@demo.bellehouse.ne");
  const { viewer } = await api.gql("{ viewer { projects(first: 1) { nodes { id } } } }", {}, client);
  const phones = await Promise.all([api.watch(client), api.watch(client), api.watch(client)]);
  const titles = [];
  const post = async () => {
    const title = `Pendant la mise à jour ${titles.length + 1} ${Date.now()}`;
    await api.mutate("createProjectUpdate", "CreateProjectUpdateInput",
      { projectId: viewer.projects.nodes[0].id, title, post: true }, "projectUpdate { id }", staff);
    titles.push(title);
    await sleep(300);
    return { status: 200 };
  };
  // Fifteen requests a second each, below the limit for one address together.
  const loads = { reads: load(api, () => api.get(SERVICES), 60), signedIn: load(api, () => api.get("{ viewer { email } }", { authorization: `Bearer ${client}` }), 60), writes: load(api, post, 60) };
  console.log("working");
  await stopped;
  await Promise.all(Object.values(loads).map((one) => one.stop()));
  for (const phone of phones) {
    for (const title of titles) await phone.until(title);
    const ids = phone.seen.map((event) => event.id).filter(Boolean);
    assert.equal(new Set(ids).size, ids.length, "an event came twice");
  }
  const seen = Object.entries(loads).map(([name, one]) => `${name} ${one.answered()}, failed ${one.failures.length}`);
  console.log(`${seen.join("; ")}; each of ${titles.length} events on ${phones.length} phones once; sockets closed: ${phones.map((phone) => phone.closed.join(" ") || "none").join(", ")}`);
  const failures = Object.values(loads).flatMap((one) => one.failures);
  assert.deepEqual(failures, []);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const base = process.argv[2];
  if (!base) {
    console.error("usage: node tests/node/nginx/load.mjs URL");
    process.exit(2);
  }
  const stopped = new Promise((stop) => { process.on("SIGTERM", stop); setTimeout(stop, 600_000).unref(); });
  try {
    await work(new Api(base, { ca: process.env.CA && readFileSync(process.env.CA) }), stopped);
    process.exit(0);
  } catch (error) {
    console.error("failed:", error);
    process.exit(1);
  }
}
