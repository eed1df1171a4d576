/* global document, matchMedia */
// Runs before the first paint. `Theme` in src/lib/state/theme.svelte.ts reads and writes the same key and attribute.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem('pitwall.theme');
  } catch {
    // Storage may be refused; the preference of the system decides then.
  }
  if (theme !== 'dark' && theme !== 'light') {
    theme = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
  }
  document.documentElement.dataset.theme = theme;
})();
