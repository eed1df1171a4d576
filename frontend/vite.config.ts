import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig, type Plugin } from 'vite';

const SERVICE = 'http://localhost:8000';

/**
 * SvelteKit hides the element that announces pages by an inline style, which the content policy refuses; `app.css` hides
 * it too. Until https://github.com/sveltejs/kit/issues/11993 is solved.
 */
const announcerWithoutStyle: Plugin = {
  name: 'announcer-without-style',
  enforce: 'pre',
  transform(code, id) {
    if (!/\/@sveltejs\/kit\/.*\/root\.svelte$/.test(id)) return;
    const changed = code.replace(/(id="svelte-announcer"[^>]*?)style="[^"]*"/, '$1');
    if (changed === code) this.error('The announcer has no inline style any more: this plugin can go.');
    return { code: changed, map: null };
  },
};

export default defineConfig({
  plugins: [
    announcerWithoutStyle,
    sveltekit({
      // No route is prerendered: the service answers every page address with the fallback.
      adapter: adapter({ pages: 'build', fallback: 'index.html' }),
      // The one inline script, which starts the application, is allowed by its hash.
      csp: { mode: 'hash', directives: { 'script-src': ['self'] } },
    }),
  ],
  // The service takes what changes something from its own pages alone, so those of the dev server pass for them.
  server: { proxy: { '/api': { target: SERVICE, headers: { origin: SERVICE } } } },
});
