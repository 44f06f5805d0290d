import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = dirname(fileURLToPath(import.meta.url));
const icons = join(here, "node_modules/lucide-static/icons");

/**
 * Every icon of Lucide as a small file that `<use href="/static/icons/NAME.svg#i">` can show in the colour of the
 * text: a catalogue may name any of them, and pages fetch only those they show.
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
        this.emitFile({ type: "asset", fileName: `icons/${file}`, source });
      }
    },
  };
}

export default defineConfig({
  base: "/static/",
  publicDir: false,
  plugins: [iconFiles()],
  build: {
    outDir: "wasl_web/static",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
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
