// GraphQL over HTTP, judged by the reference implementation's own audits: all must be "ok", none a warning.
// Usage: node tests/node/graphql-http-audit.mjs http://127.0.0.1:8000/graphql
import { auditServer } from "graphql-http";

const url = process.argv[2];
if (!url) {
  console.error("usage: node tests/node/graphql-http-audit.mjs URL");
  process.exit(2);
}

const EXPECTED = 61;
const results = await auditServer({ url });
let passed = 0;
for (const result of results) {
  if (result.status === "ok") {
    passed += 1;
    continue;
  }
  console.error(`${result.status}: ${result.id} ${result.name}\n  ${result.reason}`);
  if (result.response) console.error(`  ${result.response.status} ${await result.response.clone().text().catch(() => "")}`);
}
console.log(`${passed} of ${results.length} audits ok`);
if (passed !== results.length || results.length < EXPECTED) {
  if (results.length < EXPECTED) console.error(`expected ${EXPECTED} audits at least: has the package changed?`);
  process.exit(1);
}
