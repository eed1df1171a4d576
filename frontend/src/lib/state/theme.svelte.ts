export type ThemeName = 'dark' | 'light';

const STORAGE_KEY = 'pitwall.theme';

/** The colours of the page. The first ones were set by static/theme.js before anything was painted. */
export class Theme {
  current = $state<ThemeName>(document.documentElement.dataset['theme'] === 'light' ? 'light' : 'dark');

  toggle(): void {
    this.current = this.current === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset['theme'] = this.current;
    try {
      localStorage.setItem(STORAGE_KEY, this.current);
    } catch {
      // Storage may be refused: the choice then lasts as long as the page.
    }
  }
}
