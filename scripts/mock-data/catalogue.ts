import type { Recurrence } from './calendar.js';
import * as workflows from './workflows.js';
import type { JobTemplate } from './workflows.js';

/** What sets a pipeline off. A share is the part of such pushes that touch what the pipeline looks at. */
export type Trigger =
  | { on: 'push' | 'pull_request' | 'main'; share: number }
  /** Once the first pipeline of the repository succeeded on main. */
  | { on: 'after_ci'; share: number }
  /** Hours in UTC; weekdays from 0 for Sunday. */
  | { on: 'schedule'; hours: number[]; minute: number; weekdays?: number[] }
  /** By hand, or by publishing a release. */
  | { on: 'workflow_dispatch' | 'release'; perWorkday: number };

export interface Pipeline {
  name: string;
  jobs: JobTemplate[];
  trigger: Trigger;
  /** The median time from the start of a run that succeeds to its end. */
  minutes: number;
  /** How often what was changed is at fault. */
  failing: number;
  /** How often the pipeline itself is at fault, and another try helps. */
  flaky: number;
  /** How much longer (or shorter, below 0) it takes when it has drifted furthest. */
  drift: number;
  /** When nearly every run fails; days of the week from 0 for Monday. */
  broken?: Recurrence & { fromDay: number; untilDay: number };
}

export interface Repository {
  name: string;
  /** How many of all pushes go to it, against the other repositories. */
  weight: number;
  people: number;
  /** What its changes are about. */
  topics: string[];
  /** What a bot keeps up to date. */
  packages: string[];
  /** The service that its deployments are of. */
  service?: string;
  pipelines: Pipeline[];
}

type Traits = Partial<Pick<Pipeline, 'failing' | 'flaky' | 'drift' | 'broken'>>;

function pipeline(name: string, jobs: JobTemplate[], minutes: number, trigger: Trigger, traits: Traits = {}): Pipeline {
  return { name, jobs, minutes, trigger, failing: 0.06, flaky: 0.02, drift: 0.1, ...traits };
}

const push = (share = 1): Trigger => ({ on: 'push', share });
const pullRequest = (share = 1): Trigger => ({ on: 'pull_request', share });
const main = (share = 1): Trigger => ({ on: 'main', share });
const afterCi = (share = 1): Trigger => ({ on: 'after_ci', share });
const nightly = (hour: number, minute: number): Trigger => ({ on: 'schedule', hours: [hour], minute });
const byHand = (perWorkday: number): Trigger => ({ on: 'workflow_dispatch', perWorkday });
const release = (perWorkday: number): Trigger => ({ on: 'release', perWorkday });

export const catalogue: Repository[] = [
  {
    name: 'acme/storefront',
    weight: 18,
    people: 9,
    service: 'storefront',
    topics: ['product gallery', 'cart drawer', 'search suggestions', 'address form', 'price badges', 'wishlist'],
    packages: ['vite', 'svelte', 'zod', 'playwright'],
    pipelines: [
      pipeline('CI', workflows.nodeCi, 6, push(), { drift: 0.35 }),
      pipeline('Browser tests', workflows.browserTests, 14, pullRequest(0.8), { flaky: 0.14, drift: 0.2 }),
      pipeline('Deploy', workflows.deploy, 11, afterCi(0.9), { failing: 0.04 }),
      pipeline('Lighthouse', workflows.site, 4, main(0.5), { failing: 0.03 }),
    ],
  },
  {
    name: 'acme/checkout-api',
    weight: 14,
    people: 7,
    service: 'checkout-api',
    topics: ['order totals', 'discount rules', 'idempotency keys', 'retry policy', 'tax rounding', 'audit log'],
    packages: ['grpc', 'pgx', 'testify', 'otel'],
    pipelines: [
      pipeline('CI', workflows.goCi, 5, push(), { failing: 0.07, drift: -0.15 }),
      pipeline('CodeQL', workflows.securityScan, 9, pullRequest(0.7), { failing: 0.01 }),
      pipeline('Deploy', workflows.deploy, 9, afterCi(0.95), { failing: 0.05 }),
      pipeline('Load test', workflows.benchmarks, 38, nightly(2, 20), { failing: 0.08, drift: 0.25 }),
    ],
  },
  {
    name: 'acme/payments',
    weight: 12,
    people: 7,
    service: 'payments',
    topics: ['card tokens', 'refunds', 'settlement files', 'chargebacks', 'ledger entries', 'currency rates'],
    packages: ['ktor', 'kotlin', 'gradle', 'testcontainers'],
    pipelines: [
      pipeline('CI', workflows.jvmCi, 12, push(), { drift: 0.5 }),
      pipeline('Integration tests', workflows.integrationTests, 21, pullRequest(), { flaky: 0.2, drift: 0.15 }),
      pipeline('Deploy to staging', workflows.deployStaging, 7, afterCi(), { failing: 0.04 }),
      pipeline('Deploy to production', workflows.deployProduction, 8, byHand(1.6), { failing: 0.07 }),
      pipeline('Security scan', workflows.securityScan, 11, nightly(3, 5), { failing: 0.02 }),
    ],
  },
  {
    name: 'acme/catalog-search',
    weight: 8,
    people: 5,
    service: 'catalog-search',
    topics: ['synonyms', 'facet counts', 'index compaction', 'query planner', 'typo tolerance'],
    packages: ['tokio', 'tantivy', 'serde', 'axum'],
    pipelines: [
      pipeline('CI', workflows.rustCi, 15, push(), { failing: 0.08, drift: 0.1 }),
      pipeline('Benchmarks', workflows.benchmarks, 24, main(0.6), { flaky: 0.06 }),
      pipeline('Deploy', workflows.deploy, 10, afterCi(0.8), { failing: 0.03 }),
    ],
  },
  {
    name: 'acme/mobile-app',
    weight: 11,
    people: 8,
    topics: ['onboarding', 'push notifications', 'offline mode', 'deep links', 'barcode scanner', 'dark theme'],
    packages: ['compose', 'okhttp', 'lottie', 'fastlane'],
    pipelines: [
      pipeline('iOS', workflows.iosCi, 19, push(), { failing: 0.07, drift: 0.3 }),
      pipeline('Android', workflows.androidCi, 13, push(), { failing: 0.06 }),
      pipeline('Device tests', workflows.deviceTests, 28, pullRequest(0.6), { flaky: 0.17, failing: 0.08 }),
      pipeline('Release', workflows.publish, 16, release(0.3), { failing: 0.08 }),
    ],
  },
  {
    name: 'acme/desktop-client',
    weight: 6,
    people: 4,
    topics: ['tray icon', 'auto update', 'file watcher', 'proxy settings', 'crash reports'],
    packages: ['tauri', 'serde', 'electron-builder'],
    pipelines: [
      pipeline('Build', workflows.desktopBuild, 26, push(), { failing: 0.09, drift: 0.2 }),
      pipeline('Nightly build', workflows.desktopBuild, 44, nightly(1, 30), {
        failing: 0.06,
        broken: { everyWeeks: 9, inWeek: 2, fromDay: 2, untilDay: 7 },
      }),
      pipeline('Release', workflows.publish, 12, release(0.15)),
    ],
  },
  {
    name: 'acme/recommendations',
    weight: 7,
    people: 5,
    service: 'recommendations',
    topics: ['ranking features', 'cold start', 'embedding cache', 'feedback loop', 'experiment flags'],
    packages: ['torch', 'polars', 'pytest', 'fastapi'],
    pipelines: [
      pipeline('CI', workflows.pythonCi, 8, push(), { failing: 0.07 }),
      pipeline('Evaluate', workflows.evaluation, 17, pullRequest(0.45), { flaky: 0.05, drift: 0.4 }),
      pipeline('Train', workflows.training, 72, nightly(0, 10), { failing: 0.08, flaky: 0.05, drift: 0.3 }),
      pipeline('Deploy', workflows.deploy, 12, afterCi(0.6), { failing: 0.05 }),
    ],
  },
  {
    name: 'acme/infrastructure',
    weight: 7,
    people: 5,
    topics: ['node pools', 'bucket policies', 'alarm thresholds', 'subnet layout', 'database class'],
    packages: ['terraform-aws', 'helm-charts', 'tflint'],
    pipelines: [
      pipeline('Plan', workflows.terraform, 4, pullRequest(), { failing: 0.1 }),
      pipeline('Apply', workflows.terraform, 9, main(), { failing: 0.05 }),
      pipeline('Drift detection', workflows.terraform, 5, { on: 'schedule', hours: [0, 6, 12, 18], minute: 40 }),
    ],
  },
  {
    name: 'acme/design-system',
    weight: 7,
    people: 5,
    topics: ['date picker', 'focus rings', 'button sizes', 'color tokens', 'modal layering'],
    packages: ['storybook', 'vite', 'axe-core'],
    pipelines: [
      pipeline('CI', workflows.nodeCi, 4, push()),
      pipeline('Visual regression', workflows.browserTests, 10, pullRequest(), { failing: 0.1, flaky: 0.12 }),
      pipeline('Publish', workflows.publish, 3, release(0.5), { failing: 0.03 }),
    ],
  },
  {
    name: 'acme/data-pipelines',
    weight: 6,
    people: 4,
    topics: ['orders mart', 'late events', 'partition pruning', 'currency dimension', 'session stitching'],
    packages: ['dbt', 'duckdb', 'polars'],
    pipelines: [
      pipeline('CI', workflows.pythonCi, 7, push(), {
        failing: 0.07,
        broken: { everyWeeks: 6, inWeek: 0, fromDay: 1.4, untilDay: 4.4 },
      }),
      pipeline('Nightly backfill', workflows.batch, 55, nightly(4, 0), { failing: 0.05, drift: 0.6 }),
      pipeline('Hourly refresh', workflows.batch, 6, { on: 'schedule', hours: [5, 8, 11, 14, 17, 20], minute: 15 }),
    ],
  },
  {
    name: 'acme/docs',
    weight: 4,
    people: 8,
    topics: ['quick start', 'error codes', 'webhook guide', 'style notes', 'release notes'],
    packages: ['astro', 'vale', 'shiki'],
    pipelines: [
      pipeline('Check', workflows.site, 2.5, push(), { failing: 0.05, drift: 0 }),
      pipeline('Publish', workflows.publish, 2, main(), { failing: 0.01, drift: 0 }),
    ],
  },
  {
    name: 'acme/ci-images',
    weight: 2,
    people: 3,
    topics: ['base image', 'package pins', 'image labels', 'cache mounts'],
    packages: ['debian', 'node', 'temurin'],
    pipelines: [
      pipeline('Build images', workflows.images, 18, push(), { failing: 0.08 }),
      pipeline('Weekly rebuild', workflows.images, 31, { on: 'schedule', hours: [3], minute: 30, weekdays: [0] }),
    ],
  },
];
