// Prints a client's live events, one line each, with the stock `graphql-ws` client.
//
//   TOKEN=… [API=http://127.0.0.1:8000/graphql] [AFTER=cursor] [COUNT=3] node tests/node/tour/watch.mjs
//
// With AFTER it first prints what was missed. With COUNT it stops after so many posted updates. This is what the app
// does: it remembers the cursor of the last event, and names it as `resumeFrom` whenever the socket connects again.
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const api = process.env.API ?? "http://127.0.0.1:8000/graphql";
let left = Number(process.env.COUNT ?? Infinity);
let cursor = process.env.AFTER;

const client = createClient({
  url: api.replace(/^http/, "ws"),
  webSocketImpl: WebSocket,
  connectionParams: () => ({ Authorization: `Bearer ${process.env.TOKEN}`, resumeFrom: cursor }),
  on: { connected: () => console.log("listening") },
});

const query = `subscription($after: String) {
  viewerEvents(after: $after) {
    __typename
    ... on StreamEvent { cursor replayed }
    ... on ProjectUpdatePosted { projectUpdate { title images { url(width: 320) } } project { name } }
  }
}`;

for await (const { data, errors } of client.iterate({ query, variables: { after: cursor } })) {
  if (errors) throw new Error(JSON.stringify(errors));
  const event = data.viewerEvents;
  cursor = event.cursor;
  console.log(JSON.stringify(event));
  if (event.__typename === "ProjectUpdatePosted" && --left <= 0) break;
}
await client.dispose();
