import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { compressed } from "./vite.compressed.ts";

const root = import.meta.dirname;

// GraphiQL's style sheet carries its fonts as data: URLs. As files of our own they are loaded when used, cached by
// hash, and the page's policy can say `font-src 'self'`.
function fontsAsFiles(): Plugin {
  const folder = join(root, "node_modules/.console-fonts");
  return {
    name: "fonts-as-files",
    enforce: "pre",
    transform(code, id) {
      if (!id.split("?")[0]!.endsWith(".css") || !code.includes("url(data:font/")) return null;
      mkdirSync(folder, { recursive: true });
      return code.replace(/url\(data:font\/(\w+);base64,([^)]+)\)/g, (_, kind: string, base64: string) => {
        const bytes = Buffer.from(base64, "base64");
        const file = join(folder, `font-${createHash("sha256").update(bytes).digest("hex").slice(0, 12)}.${kind}`);
        writeFileSync(file, bytes);
        return `url(${file})`;
      });
    },
  };
}

export default defineConfig({
  root,
  base: "/graphiql/",
  plugins: [react(), fontsAsFiles(), compressed(join(root, "dist"))],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // Nothing inline: the policy refuses data: scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 6000,
    reportCompressedSize: false,
    // "use no memo" in GraphiQL's own files is for a compiler that isn't at work here.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  worker: { format: "es" },
  server: {
    // `npm run dev` beside `cargo run`, to work on the console itself.
    proxy: { "/graphql": { target: "http://127.0.0.1:8000", ws: true } },
    fs: { allow: [join(root, "..")] },
  },
});
