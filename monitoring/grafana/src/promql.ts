/** What is chosen at the top of a dashboard. `$instance` is a regular expression, so that several may be chosen. */
export const CHOSEN = 'job="$job", instance=~"$instance"';

/** The same, of the chosen kinds of source. */
export const CHOSEN_KINDS = `${CHOSEN}, kind=~"$kind"`;

/** Without probes and scrapes, as the SLOs and alerts count (monitoring/prometheus/rules/slo-requests.yml). */
export const REQUESTED = `${CHOSEN}, route!~"/health.*|/metrics"`;

/** Also without event streams, which stay open for as long as a page is looked at: how long they took says nothing. */
export const ANSWERED = `${CHOSEN}, route!~"/health.*|/metrics|/api/v1/live"`;

/** Prometheus 3 writes the bound as 60.0: https://prometheus.io/docs/prometheus/latest/migration/#le-and-quantile-label-values */
export const WITHIN_A_MINUTE = `${CHOSEN}, le=~"60([.]0)?"`;

/** How far back each point looks: just far enough for a rate, over the whole time shown, or as chosen at the top. */
export type Window = '$__rate_interval' | '$__range' | '$window';

/** Per second. */
export const rate = (metric: string, labels = CHOSEN, window: Window = '$__rate_interval') =>
  `rate(${metric}{${labels}}[${window}])`;

export const increase = (metric: string, labels = CHOSEN, window: Window = '$__range') =>
  `increase(${metric}{${labels}}[${window}])`;

/** Added up over the labels that are not named. */
export const sum = (expression: string, ...by: string[]) =>
  by.length === 0 ? `sum(${expression})` : `sum by (${by.join(', ')}) (${expression})`;

/** Of a histogram, over all chosen processes: quantiles can only be taken after the buckets were added up. */
export const quantile = (
  q: number,
  histogram: string,
  { labels = CHOSEN, window = '$__rate_interval', by = [] }: { labels?: string; window?: Window; by?: string[] } = {},
) => `histogram_quantile(${q}, ${sum(rate(`${histogram}_bucket`, labels, window), 'le', ...by)})`;

/** A part of a whole: 0 where there is a whole and no part, and nothing where there is no whole. */
export const share = (part: string, whole: string) => `(${part} or vector(0)) / (${whole} > 0)`;

/**
 * A line at 0 where there is nothing, for figures whose absence is the good case. `on ()` leaves it out as soon as there is
 * something; the label gives it a name in the legend.
 */
export const orZero = (expression: string, label: string) =>
  `${expression} or on () label_replace(vector(0), "${label}", "none", "", "")`;

/** The same expression a week before. Only selectors with a range are shifted. */
export const aWeekBefore = (expression: string) => expression.replaceAll(']', '] offset 1w');
