// graphql-yoga with pg over the tables of Belle House: what scripts/bench http and feed compare with.
//
//   DATABASE_URL=postgres://… PORT=8001 [PROCESSES=2] [PUBLIC_URL=http://…] node bench/peer/server.mjs

import cluster from "node:cluster";
import { createServer } from "node:http";
import { useServer } from "graphql-ws/use/ws";
import { createYoga } from "graphql-yoga";
import pg from "pg";
import { WebSocketServer } from "ws";
import { schemaOver } from "./schema.mjs";

const processes = Number(process.env.PROCESSES ?? 1);

if (processes > 1 && cluster.isPrimary) {
  for (let number = 0; number < processes; number += 1) cluster.fork();
  process.on("SIGTERM", () => {
    for (const worker of Object.values(cluster.workers)) worker.kill();
    process.exit(0);
  });
} else {
  pg.types.setTypeParser(pg.types.builtins.INT8, Number);
  // As many connections as Belle House opens, whatever the number of processes.
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Math.max(1, 16 / processes) });
  const schema = schemaOver(pool);
  const yoga = createYoga({ schema, logging: false, graphiql: false, landingPage: false });
  const server = createServer(yoga);
  useServer({ schema }, new WebSocketServer({ server, path: "/graphql" }));
  server.listen(Number(process.env.PORT), "127.0.0.1");
  process.on("SIGTERM", () => process.exit(0));
}
