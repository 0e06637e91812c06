import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/**
 * The server hands out what was compressed here, once and well, instead of compressing megabytes for each reader. gzip
 * beside brotli, because browsers ask for brotli over https alone. A page that the server writes into stays as it is.
 */
export function compressed(folder: string, kept: string[] = []): Plugin {
  return {
    name: "compressed",
    apply: "build",
    closeBundle() {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || ![".js", ".css", ".html", ".svg", ".ttf"].includes(extname(entry.name))) continue;
        if (kept.includes(entry.name)) continue;
        const path = join(entry.parentPath, entry.name);
        const bytes = readFileSync(path);
        if (bytes.length < 1024) continue;
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, quality));
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
        // The server unpacks it for the few who can't: no need to carry it a third time.
        rmSync(path);
      }
    },
  };
}
