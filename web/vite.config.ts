import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, brotliCompressSync, gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";
import { defineConfig } from "vitest/config";

const here = dirname(fileURLToPath(import.meta.url));
const lucide = join(here, "node_modules/lucide-static");
const icons = join(lucide, "icons");
const { version } = JSON.parse(readFileSync(join(lucide, "package.json"), "utf8")) as { version: string };
/** With the version in it, so that a browser may keep an icon for ever. */
const iconFolder = `icons/${version}`;

/**
 * Every icon of Lucide as a small file that `<use href="/static/icons/VERSION/NAME.svg#i">` can show in the colour of
 * the text: a catalogue may name any of them, and pages fetch only those they show.
 */
function iconFiles(): Plugin {
  return {
    name: "wasl-icons",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "icon.svg", source: readFileSync(join(here, "icon.svg")) });
      for (const file of readdirSync(icons)) {
        const source = readFileSync(join(icons, file), "utf8")
          .replace(/class="[^"]*"/, 'id="i"')
          // Without a size of its own it fills the element that shows it.
          .replace(/\s(width|height)="24"/g, "");
        this.emitFile({ type: "asset", fileName: `${iconFolder}/${file}`, source });
      }
    },
  };
}

/** `.vite/sources.json`: of each page the files that are in it, as the catalogues name them, so that it gets its own sentences. */
function sourceFiles(): Plugin {
  return {
    name: "wasl-sources",
    generateBundle(_options, bundle) {
      const sources = Object.fromEntries(
        Object.values(bundle)
          .filter((chunk) => chunk.type === "chunk" && chunk.isEntry)
          .map((entry) => [entry.name, sourcesOf(entry as Rolldown.OutputChunk, bundle)]),
      );
      this.emitFile({ type: "asset", fileName: ".vite/sources.json", source: JSON.stringify(sources) });
    },
  };
}

function sourcesOf(entry: Rolldown.OutputChunk, bundle: Rolldown.OutputBundle): string[] {
  const files = new Set<string>();
  const seen = new Set<string>();
  const take = (chunk: Rolldown.OutputChunk): void => {
    if (seen.has(chunk.fileName)) return;
    seen.add(chunk.fileName);
    for (const id of chunk.moduleIds) files.add(relative(dirname(here), id));
    for (const name of [...chunk.imports, ...chunk.dynamicImports]) take(bundle[name] as Rolldown.OutputChunk);
  };
  take(entry);
  return [...files].filter((file) => file.endsWith(".ts") && !file.includes("node_modules")).sort();
}

/** What compresses well lies beside itself compressed, as servers of files look for it. */
function compressedFiles(): Plugin {
  return {
    name: "wasl-compressed",
    generateBundle(_options, bundle) {
      for (const { fileName, ...file } of Object.values(bundle)) {
        if (!/\.(js|css)$/.test(fileName)) continue;
        const source = Buffer.from(file.type === "chunk" ? file.code : file.source);
        const brotli = brotliCompressSync(source, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: source.length } });
        this.emitFile({ type: "asset", fileName: `${fileName}.br`, source: brotli });
        this.emitFile({ type: "asset", fileName: `${fileName}.gz`, source: gzipSync(source, { level: 9 }) });
      }
    },
  };
}

export default defineConfig({
  base: "/static/",
  publicDir: false,
  plugins: [iconFiles(), sourceFiles(), { ...compressedFiles(), enforce: "post" }],
  define: { ICONS: JSON.stringify(`/static/${iconFolder}`) },
  build: {
    outDir: "wasl_web/static",
    emptyOutDir: true,
    manifest: true,
    // The floor of docs/browsers.md; what a compiler cannot bring down to it, tests/house/test_house_browsers.py looks for.
    // Safari 15.4 has all of ES2022 but static blocks, and lowering more than those would cost 2 kB.
    target: "es2022",
    cssTarget: ["chrome108", "edge108", "firefox121", "safari15.4", "ios15.4"],
    // A font or picture in the style sheet as data would need a looser content policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        citizen: "citizen/main.ts",
        desk: "desk/main.ts",
        supervise: "supervise/main.ts",
        gallery: "gallery/main.ts",
        notices: "citizen/worker/notices.ts",
      },
      // A service worker keeps its address from one version to the next.
      output: { entryFileNames: ({ name }) => (name === "notices" ? "[name].js" : "assets/[name]-[hash].js") },
    },
  },
  test: { include: ["{call,panels,citizen,desk,supervise}/**/*.test.ts"] },
});
