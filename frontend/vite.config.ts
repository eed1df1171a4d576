import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [
    sveltekit({
      // No route is prerendered: the service answers every page address with the fallback.
      adapter: adapter({ pages: 'build', fallback: 'index.html' }),
      // The one inline script, which starts the application, is allowed by its hash.
      csp: { mode: 'hash', directives: { 'script-src': ['self'] } },
    }),
  ],
  server: { proxy: { '/api': 'http://localhost:8000' } },
});
