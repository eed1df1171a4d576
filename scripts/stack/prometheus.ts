import { checkAlertmanager } from './prometheus/alertmanager.js';
import { checkAlerts, checkDashboards } from './prometheus/alerts.js';
import { checkMetrics } from './prometheus/exposed-metrics.js';
import { checkInhibition } from './prometheus/live/inhibition.js';
import { checkOutages } from './prometheus/live/outages.js';
import { checkProbes } from './prometheus/live/probes.js';
import { checkConfiguration, testRules } from './prometheus/promtool.js';
import { checkRunbookLinks } from './prometheus/runbooks.js';
import type { StackCheck } from './stack-check.js';

export const prometheusChecks: readonly StackCheck[] = [
  {
    name: 'prometheus configuration',
    programs: ['promtool', 'prometheus-blackbox-exporter'],
    run: checkConfiguration,
  },
  { name: 'prometheus metrics', run: checkMetrics },
  { name: 'alerts', run: checkAlerts },
  { name: 'runbook links', run: checkRunbookLinks },
  { name: 'alerts to dashboards', run: checkDashboards },
  { name: 'alert tests', programs: ['promtool'], run: () => testRules('.') },
  { name: 'alert tests over days', programs: ['promtool'], slow: true, run: () => testRules('days') },
  { name: 'alertmanager', programs: ['amtool'], run: checkAlertmanager },
  { name: 'alertmanager inhibition', programs: ['prometheus-alertmanager'], run: checkInhibition },
  { name: 'blackbox probes', programs: ['prometheus-blackbox-exporter', 'openssl'], run: checkProbes },
  {
    name: 'outage to notification',
    programs: ['prometheus', 'prometheus-alertmanager', 'prometheus-blackbox-exporter', 'openssl'],
    slow: true,
    run: checkOutages,
  },
];
