import { createContext } from 'svelte';
import type { Live } from './live.svelte.ts';
import type { Session } from './session.svelte.ts';

/** What the pages behind the sign-in may ask for besides; built once by their layout. */
export interface SignedIn {
  session: Session;
  live: Live;
}

export const [getSignedIn, setSignedIn] = createContext<SignedIn>();
