const STORAGE_KEY = 'pitwall.sidebar';

/** Whether the sidebar shows words or icons alone; remembered by the browser. */
export class SidebarState {
  collapsed = $state(false);

  constructor(private readonly storage: () => Pick<Storage, 'getItem' | 'setItem'>) {
    try {
      this.collapsed = this.storage().getItem(STORAGE_KEY) === 'collapsed';
    } catch {
      // Storage may be refused: then it starts open.
    }
  }

  toggle(): void {
    this.collapsed = !this.collapsed;
    try {
      this.storage().setItem(STORAGE_KEY, this.collapsed ? 'collapsed' : 'open');
    } catch {
      // The choice then lasts as long as the page.
    }
  }
}
