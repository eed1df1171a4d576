import { CHOSEN_KINDS } from './promql.js';
import { colors } from './thresholds.js';

export const APPENDED = 'pitwall_events_appended_total';
export const PROJECTED = 'pitwall_projector_events_total';
export const DELAY = 'pitwall_projection_delay_seconds';
export const QUANTILES = [0.5, 0.95, 0.99];

export const outcome = (name: string) => `${CHOSEN_KINDS}, outcome="${name}"`;

/** The freshness objective: projected within a minute; alerts at a minute and at five. */
export const DELAY_LIMITS = { warnFrom: 60, badFrom: 300 };

export const OUTCOME_COLORS = {
  accepted: colors.good,
  duplicate: colors.other,
  refused: colors.bad,
  projected: colors.good,
  quarantined: colors.bad,
};
