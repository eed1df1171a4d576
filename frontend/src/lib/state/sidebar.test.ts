import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SidebarState } from './sidebar.svelte.ts';

describe('the sidebar', () => {
  it('is remembered', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    const before = new SidebarState(() => storage);
    assert.equal(before.collapsed, false);
    before.toggle();
    assert.equal(new SidebarState(() => storage).collapsed, true);
  });

  it('works where storage is refused', () => {
    const sidebar = new SidebarState(() => {
      throw new Error('refused');
    });
    sidebar.toggle();
    assert.equal(sidebar.collapsed, true);
  });
});
