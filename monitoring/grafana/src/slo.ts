import { dashboard } from './dashboard.js';
import { stat, states, table, timeseries } from './panel.js';
import { range, rows } from './query.js';
import { colors } from './thresholds.js';

/** The recording rules of monitoring/prometheus/rules, a series for each SLO. */
const burnRate = (window: string) => `slo:burn_rate:ratio_rate${window}`;

/** From which on alerts fire: monitoring/prometheus/rules/slo-alerts.yml. */
const PAGE_1H = 14.4;
const PAGE_6H = 6;
const TICKET_1D = 3;
const TICKET_3D = 1;

const BUDGET_LIMITS = { badBelow: 0, warnBelow: 0.25 };

const firing = (severity: string) => `count(ALERTS{alertstate="firing", severity="${severity}"}) or vector(0)`;

/** Rows are joined where all labels are the same, so the name of the metric must go. */
const bySlo = (expression: string) => rows(`sum by (slo) (${expression})`);

const summary = [
  table({
    title: 'Objectives',
    description:
      'What is promised over 30 days, what was kept, and how much of the error budget is left. Without enough events (0 in the last column) the other figures are chance, and no burn rate raises an alert.',
    unit: 'percentunit',
    queries: [
      bySlo('slo:objective:ratio'),
      // Until the first event there is no share of good ones, and nothing of the budget is spent.
      bySlo('1 - slo:sli_error:ratio_rate30d or 1 + 0 * slo:objective:ratio'),
      bySlo('slo:error_budget_remaining:ratio or 1 + 0 * slo:objective:ratio'),
      ...['1h', '6h', '1d', '3d'].map((window) => bySlo(`${burnRate(window)} or 0 * slo:objective:ratio`)),
      bySlo('slo:sli_total:increase30d or 0 * slo:objective:ratio'),
      bySlo('slo:enough_data:bool'),
    ],
    width: 18,
    height: 7,
    columns: [
      { field: 'slo', title: 'SLO' },
      { field: 'Value #A', title: 'Objective' },
      { field: 'Value #B', title: 'Kept, 30 days' },
      { field: 'Value #C', title: 'Budget left', limits: BUDGET_LIMITS },
      { field: 'Value #D', title: 'Burn rate, 1 h', unit: 'none', limits: { warnFrom: TICKET_3D, badFrom: PAGE_1H } },
      { field: 'Value #E', title: '6 h', unit: 'none', limits: { warnFrom: TICKET_3D, badFrom: PAGE_6H } },
      { field: 'Value #F', title: '1 day', unit: 'none', limits: { warnFrom: TICKET_3D, badFrom: TICKET_1D } },
      { field: 'Value #G', title: '3 days', unit: 'none', limits: { badFrom: TICKET_3D } },
      { field: 'Value #H', title: 'Events, 30 days', unit: 'short' },
      { field: 'Value #I', title: 'Enough', unit: 'bool_yes_no' },
    ],
    sortBy: 'Objective',
    runbook: 'slo.md#errorbudgetburn',
  }),
  stat({
    title: 'Pages',
    description: 'Alerts that fire now and wake somebody. Which they are is in the list below, each with its runbook.',
    unit: 'none',
    queries: [range(firing('page'), 'pages')],
    width: 3,
    height: 7,
    limits: { badFrom: 1 },
  }),
  stat({
    title: 'Tickets',
    description: 'Alerts that fire now and can wait for the next working day.',
    unit: 'none',
    queries: [range(firing('ticket'), 'tickets')],
    width: 3,
    height: 7,
    limits: { warnFrom: 1, badFrom: 5 },
  }),
];

const budgets = [
  timeseries({
    title: 'Error budget left',
    description:
      'How much of what may go wrong within 30 days is left: 100 % is all of it, below 0 the objective is missed. A cliff is an outage, a slope something that goes wrong all the time.',
    unit: 'percentunit',
    max: 1,
    queries: [range('slo:error_budget_remaining:ratio', '{{slo}}')],
    width: 12,
    limits: BUDGET_LIMITS,
    runbook: 'slo.md#errorbudgetburn',
  }),
  timeseries({
    title: 'Bad events, in 5 minutes',
    description:
      'The share of requests that failed (availability) or took longer than 200 ms (latency), and of events that could not be read (success) or were seen after more than a minute (freshness).',
    unit: 'percentunit',
    queries: [range('slo:sli_error:ratio_rate5m', '{{slo}}')],
    width: 12,
    runbook: 'slo.md#errorbudgetburn',
  }),
];

const burn = (title: string, window: string, short: string, limit: number, consequence: string) =>
  timeseries({
    title,
    description: `How fast the error budget was spent over ${window}; at 1, it is gone exactly after 30 days. From ${limit} on, and while the last ${short} say the same, ${consequence}.`,
    unit: 'none',
    queries: [range(burnRate(window), '{{slo}}')],
    width: 6,
    limits: { badFrom: limit },
    runbook: 'slo.md#errorbudgetburn',
  });

const burnRates = [
  burn('Burn rate, 1 hour', '1h', '5 minutes', PAGE_1H, 'somebody is paged'),
  burn('Burn rate, 6 hours', '6h', '30 minutes', PAGE_6H, 'somebody is paged'),
  burn('Burn rate, 1 day', '1d', '2 hours', TICKET_1D, 'a ticket is made'),
  burn('Burn rate, 3 days', '3d', '6 hours', TICKET_3D, 'a ticket is made'),
];

const alerts = [
  table({
    title: 'Firing alerts',
    description:
      'What fires now. Watchdog always stands here: without it, alerting itself is broken. Runbooks are named after the alert in docs/runbooks.',
    unit: 'none',
    queries: [rows('sum by (alertname, severity, slo, window, instance, kind) (ALERTS{alertstate="firing"})')],
    width: 12,
    columns: [
      { field: 'severity', title: 'Severity' },
      { field: 'alertname', title: 'Alert' },
      { field: 'slo', title: 'SLO' },
      { field: 'window', title: 'Window' },
      { field: 'kind', title: 'Kind' },
      { field: 'instance', title: 'Process' },
      { field: 'Value', title: 'Firing' },
    ],
    sortBy: 'Severity',
    runbook: 'monitoring.md#watchdog',
  }),
  states({
    title: 'Alerts over time',
    description: 'When which alert fired. What fires together mostly has one cause: begin with the first.',
    unit: 'none',
    queries: [range('max by (alertname) (ALERTS{alertstate="firing"})', '{{alertname}}')],
    width: 12,
    names: { 1: { text: 'firing', color: colors.bad } },
  }),
];

export const slo = dashboard({
  uid: 'pitwall-slo',
  title: 'Pitwall: objectives',
  description:
    'What Pitwall promises of itself (availability, latency, success, freshness), how far it keeps it, and how fast the error budget burns. One Prometheus watches one Pitwall: all its processes count together.',
  from: 'now-7d',
  refresh: '1m',
  variables: [],
  rows: [
    { title: 'State', panels: summary },
    { title: 'Error budgets', panels: budgets },
    { title: 'Burn rates', panels: burnRates },
    { title: 'Alerts', panels: alerts },
  ],
});
