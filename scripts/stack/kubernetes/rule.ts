import type { Render } from './objects.js';

/** Something that must hold of what an overlay comes to. `faults` says where it does not, with the object's name. */
export interface Rule {
  name: string;
  faults(render: Render): string[];
}
