/** What the floor beside a case does: the least that any service must do for the same answer. */
export type FloorTask =
  /** Serves HTTP on a port of its own, until the next `serve`. Answered with the port. */
  | { kind: 'serve'; answer: FixedAnswer; duty: Duty }
  | { kind: 'copy events'; url: string; records: number; seconds: number }
  /** Copies the rows that a table holds into one of the same shape, and says how long that took. */
  | { kind: 'copy tables'; url: string; tables: string[] };

/** Done with each request before it is answered. */
export type Duty =
  | { kind: 'none' }
  | { kind: 'verify and parse'; secret: string }
  | { kind: 'read run pages'; url: string; poolSize: number }
  /** Not bare: Pitwall's own handler, and no database behind it. */
  | { kind: 'all but the database' };

export interface FixedAnswer {
  status: number;
  /** Base64. */
  body: string;
}

export interface FloorRate {
  perSecond: number;
}
