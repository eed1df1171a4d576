interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}

interface RuleState {
  name: string;
  health: string;
  lastError?: string;
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/ */
export class PrometheusApi {
  constructor(private readonly url: string) {}

  async query(query: string): Promise<{ labels: Record<string, string>; value: number }[]> {
    const { result } = await this.get<{ result: Sample[] }>(`query?query=${encodeURIComponent(query)}`);
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  async rules(): Promise<RuleState[]> {
    const { groups } = await this.get<{ groups: { rules: RuleState[] }[] }>('rules');
    return groups.flatMap(({ rules }) => rules);
  }

  /** The names of what fires, those of severity info left out. */
  async firing(): Promise<string[]> {
    const alerts = await this.query('ALERTS{alertstate="firing",severity!="info"}');
    return alerts.map(({ labels }) => `${labels.alertname} (${labels.severity})`);
  }

  private async get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.url}/api/v1/${path}`);
    const { status, data, error } = (await answer.json()) as { status: string; data: T; error?: string };
    if (status !== 'success') throw new Error(`Prometheus answered ${path} with ${answer.status}: ${error}`);
    return data;
  }
}
