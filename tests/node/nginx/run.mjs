// nginx, as nginx/ has it, before two instances on one PostgreSQL, all on loopback and stopped at the end.
//
//   BINARY=target/debug/belle-house DATABASE_URL=postgres://… node tests/node/nginx/run.mjs
//
// The database is new or empty; the demo company is loaded into it. scripts/test makes one.
import { Deployment } from "./deployment.mjs";
import * as cached from "./cached.mjs";
import * as hostile from "./hostile.mjs";
import * as pictures from "./pictures.mjs";
import * as restarts from "./restarts.mjs";
import { story } from "./story.mjs";

const { BINARY, DATABASE_URL } = process.env;
if (!BINARY || !DATABASE_URL) {
  console.error("usage: BINARY=… DATABASE_URL=postgres://… node tests/node/nginx/run.mjs");
  process.exit(2);
}

const deployment = new Deployment(BINARY, DATABASE_URL);
const stop = (status) => {
  if (status !== 0) deployment.tell();
  deployment.stop();
  process.exit(status);
};
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => stop(130));
let failed = 0;
try {
  await deployment.start();
  setTimeout(() => {
    console.error("failed: not finished within 85 s");
    stop(1);
  }, 85_000).unref();
  const checks = {
    async "the story: sign in, photo, live update, PDF"(deployment) {
      for (const step of await story(deployment.api())) console.log(`    ${step}`);
    },
    ...cached.checks,
    ...pictures.checks,
    ...hostile.checks,
    ...restarts.checks,
  };
  for (const [name, check] of Object.entries(checks)) {
    const began = performance.now();
    try {
      await check(deployment);
      console.log(`ok: ${name} (${Math.round(performance.now() - began)} ms)`);
    } catch (error) {
      failed += 1;
      console.error(`failed: ${name}`, error);
    }
  }
} catch (error) {
  failed += 1;
  console.error("failed: the deployment does not start", error);
}
stop(failed ? 1 : 0);
