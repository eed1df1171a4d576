const FOLDER = 'docs/runbooks';

/** Where the repository can be read, with a slash at its end: the same that Prometheus has for the links of alerts. */
const base = process.env.PITWALL_RUNBOOK_BASE ?? '';

/** In the repository. */
export const pathOf = (runbook: string) => `${FOLDER}/${runbook}`;

/** Undefined as long as nobody has said where the repository can be read: a link to nowhere is worse than none. */
export const urlOf = (runbook: string) => (URL.canParse(base) ? `${base}${pathOf(runbook)}` : undefined);
