import { defineConfig } from 'vite';

// `npm run dev` serves the page and passes the API's paths on to a server: SERVER_URL, or the default address.
const env = (globalThis as { process?: { env: Record<string, string | undefined> } }).process?.env ?? {};
const server = env['SERVER_URL'] ?? 'http://127.0.0.1:5001';

export default defineConfig({
  base: '/',
  build: {
    target: 'es2022',
    cssTarget: 'chrome123',
    // The server's Content-Security-Policy allows no data: fonts or scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': server, '/health': server, '/ready': server } },
});
