// GraphQL over HTTP, judged by the reference implementation's own audits: all must be "ok", none a warning.
// Usage: node tests/node/graphql-http-audit.mjs http://127.0.0.1:8000/graphql
//
// Some audits introspect, which takes a staff token: the demo company's, unless STAFF_EMAIL and STAFF_PASSWORD say
// another.
import { auditServer } from "graphql-http";

const url = process.argv[2];
if (!url) {
  console.error("usage: node tests/node/graphql-http-audit.mjs URL");
  process.exit(2);
}

async function signIn() {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      query: "mutation ($input: LoginInput!) { login(input: $input) { session { accessToken } userErrors { message } } }",
      variables: {
        input: {
          email: process.env.STAFF_EMAIL ?? "staff@demo.bellehouse.ne",
          password: process.env.STAFF_PASSWORD ?? "soleil-sur-le-fleuve",
          deviceName: "graphql-http audits",
        },
      },
    }),
  });
  const { data, errors } = await answer.json();
  const token = data?.login?.session?.accessToken;
  if (!token) throw new Error(`no staff token: ${JSON.stringify(errors ?? data)}`);
  return token;
}

const EXPECTED = 61;
const token = process.env.GRAPHQL_TOKEN ?? (await signIn());
const fetchFn = (input, init) => fetch(input, { ...init, headers: { ...init?.headers, authorization: `Bearer ${token}` } });
const results = await auditServer({ url, fetchFn });
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
