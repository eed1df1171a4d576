import { MUTATIONS } from './mutations.js';
import type { Render } from './objects.js';
import type { Rule } from './rule.js';

/** Makes each fault in a copy of what an overlay comes to: the rule must see it, and each rule must have such a fault. */
export function blindSpots(rules: readonly Rule[], renders: readonly Render[]): string[] {
  const missed = MUTATIONS.flatMap(({ rule: start, overlay = 'alpha', make }, index) => {
    const rule = rules.find(({ name }) => name.startsWith(start));
    const original = renders.find((render) => render.overlay === overlay);
    if (!rule || !original) return [`fault ${index}: there is no rule "${start}" or no overlay ${overlay}`];
    const copy: Render = { ...original, objects: structuredClone(original.objects) };
    make(copy.objects as Render['objects'][number][]);
    return rule.faults(copy).length > 0 ? [] : [`fault ${index} in ${overlay} is not seen by: ${rule.name}`];
  });
  const untried = rules.filter(({ name }) => !MUTATIONS.some(({ rule }) => name.startsWith(rule)));
  return [...missed, ...untried.map(({ name }) => `no fault was made for: ${name}`)];
}
