// Pastes the README's tour into a shell, as a newcomer would, against a server with the demo company; fails when a
// command fails or the tour doesn't show what the README says it shows.
//
//   node tests/node/readme-tour.mjs http://127.0.0.1:8000/graphql
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const tour = readme.split("## A five-minute tour")[1]?.split("\n## ")[0];
const blocks = [...(tour ?? "").matchAll(/```sh\n(.*?)```/gs)].map((match) => match[1]);
if (blocks.length < 4) throw new Error("README.md has no tour to follow");

// The tour leaves files behind: not in the repository.
const folder = mkdtempSync(join(tmpdir(), "tour-"));
cpSync(join(root, "tests/node"), join(folder, "tests/node"), {
  recursive: true,
  filter: (source) => !source.includes("node_modules"),
});
const ran = spawnSync("bash", ["-c", ["set -euo pipefail", ...blocks].join("\n")], {
  cwd: folder,
  env: { ...process.env, API: process.argv[2] },
  encoding: "utf8",
  timeout: 120_000,
});
rmSync(folder, { recursive: true });
const shown = `${ran.stdout}\n${ran.stderr}`;
const expected = [
  [/"projects":\{"nodes":\[\{"id":"prj_/, "the client's projects"],
  [/"image":\{[^}]*"id":"img_/, "the uploaded picture"],
  [/ProjectUpdatePosted.*"replayed":false.*Linteaux posés/, "the update, live"],
  [/"replayed":true.*Premier[^]*"replayed":true.*Deuxième[^]*"replayed":true.*Troisième/, "the three missed ones, in order"],
];
const missing = expected.filter(([pattern]) => !pattern.test(shown)).map(([, what]) => what);
if (ran.status !== 0 || missing.length > 0) {
  console.error(shown);
  console.error(`The tour ended with ${ran.status ?? ran.error}; it did not show: ${missing.join(", ") || "(all shown)"}`);
  process.exit(1);
}
console.log("the README's tour works when pasted");
