import { build, type Histogram } from 'hdr-histogram-js';

/** Milliseconds. */
export interface Percentiles {
  p50: number;
  p90: number;
  p95: number;
  p99: number;
  p999: number;
  max: number;
}

/** Latencies from a microsecond to a minute, exact to three digits. */
export class Latencies {
  private readonly histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60_000_000,
    numberOfSignificantValueDigits: 3,
  });

  add(milliseconds: number): void {
    this.histogram.recordValue(Math.min(60_000_000, Math.max(1, Math.round(milliseconds * 1000))));
  }

  percentiles(): Percentiles {
    const at = (percentile: number) => this.histogram.getValueAtPercentile(percentile) / 1000;
    return { p50: at(50), p90: at(90), p95: at(95), p99: at(99), p999: at(99.9), max: this.histogram.maxValue / 1000 };
  }
}
