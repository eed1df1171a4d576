import { createContext } from 'svelte';
import type { Api } from '../api/client.ts';
import type { Clock } from './clock.svelte.ts';
import type { Theme } from './theme.svelte.ts';

/** What every page may ask for; built once by the root layout. */
export interface Pitwall {
  api: Api;
  clock: Clock;
  theme: Theme;
}

export const [getPitwall, setPitwall] = createContext<Pitwall>();
