// Two pages: the operator's console and the users'. `vite` serves them for development, with the
// calls sent on to TALLYMAN_URL.
const server = process.env.TALLYMAN_URL ?? "http://127.0.0.1:8420";

export default {
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rollupOptions: { input: ["index.html", "me.html"] },
  },
  server: { proxy: { "/api": { target: server }, "/openapi.json": { target: server } } },
};
