import { Latencies } from '../client/latencies.js';
import type { ApiAnswer, ApiRequest } from './definition/exchange.js';
import type { Figures, RequestFigures } from './definition/report.js';

/** Counts what was sent under one name. */
class RequestRecord {
  private readonly latencies = new Latencies();
  private readonly errors: Record<string, number> = {};
  private count = 0;
  private failed = 0;

  add(error: string | undefined, milliseconds: number): void {
    this.count++;
    this.latencies.add(milliseconds);
    if (error === undefined) return;
    this.failed++;
    this.errors[error] = (this.errors[error] ?? 0) + 1;
  }

  figures(name: string): RequestFigures {
    const { p50, p95, p99, max } = this.latencies.percentiles();
    // The histogram answers the upper end of the bucket that a value is in.
    const [lowest, middle, high] = [p50, p95, p99].map((value) => Math.min(value, max)) as [number, number, number];
    const { count, failed, errors } = this;
    return { name, count, failed, errors, latencyMs: { p50: lowest, p95: middle, p99: high, max } };
  }
}

/** What becomes a report. */
export class Recorder {
  readonly leftOut: string[] = [];
  private readonly all = new RequestRecord();
  private readonly named = new Map<string, RequestRecord>();
  private passed = 0;
  private failedChecks = 0;
  private readonly failures = new Set<string>();

  request({ name, expected }: ApiRequest, { status }: ApiAnswer, milliseconds: number): void {
    const error = expected.includes(status) ? undefined : status === 0 ? 'no answer' : String(status);
    const record = this.named.get(name) ?? new RequestRecord();
    this.named.set(name, record);
    for (const each of [record, this.all]) each.add(error, milliseconds);
  }

  check(name: string, passed: boolean): void {
    if (passed) {
      this.passed++;
      return;
    }
    this.failedChecks++;
    this.failures.add(name);
  }

  figures(): Omit<Figures, 'around'> {
    return {
      requests: [...this.named].map(([name, record]) => record.figures(name)),
      total: this.all.figures('all'),
      checks: { passed: this.passed, failed: this.failedChecks, failures: [...this.failures] },
    };
  }
}
