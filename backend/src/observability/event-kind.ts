/** The kinds of source: where an event came from decides who translates it. */
export const EVENT_KINDS = ['github', 'gitlab', 'jenkins', 'cdevents', 'records'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];
