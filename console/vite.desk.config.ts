import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compressed } from "./vite.compressed.ts";

const root = join(import.meta.dirname, "desk");
const outDir = join(import.meta.dirname, "dist/desk");

export default defineConfig({
  root,
  base: "/desk/",
  plugins: [react(), compressed(outDir, ["index.html"])],
  // The server writes another one into the page each time (src/http/desk.rs).
  html: { cspNonce: "__CSP_NONCE__" },
  build: {
    outDir,
    emptyOutDir: true,
    target: "es2022",
    // Nothing inline: the policy refuses data: scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    // Which files the sign-in and the photos load at first: test/desk/size.mjs counts them.
    manifest: "assets.json",
  },
  server: {
    // `npm run dev:desk` beside `cargo run`, to work on the desk itself. API names another server.
    proxy: Object.fromEntries(
      ["/graphql", "/uploads", "/media", "/papers", "/exports"].map((path) => [
        path,
        { target: process.env.API ?? "http://127.0.0.1:8000", ws: path === "/graphql" },
      ]),
    ),
    fs: { allow: [import.meta.dirname] },
  },
});
