export const REQUESTS = 1000;

const NAMES = ['list runs', 'list pipelines', 'send a record', 'send a webhook'];
const PARTS = ['blocked', 'connecting', 'tls_handshaking', 'sending', 'waiting', 'receiving'];
const SPREAD_MS = 60_000;

/**
 * The points of a test that ended now, in InfluxDB's line protocol with times in milliseconds, as k6 makes them of its
 * samples: https://github.com/grafana/k6/blob/master/internal/output/influxdb/output.go (the metric is the measurement;
 * the value is the field `value`, beside those of K6_INFLUXDB_TAGS_AS_FIELDS, which are vu, iter and url; other tags are tags).
 * Tags of a request: https://grafana.com/docs/k6/latest/using-k6/tags-and-groups/#system-tags
 */
export function k6Points(now: number): string[] {
  const points: string[] = [];
  for (let index = 0; index < REQUESTS; index++) {
    // At times of their own: points of the same series and time would be one.
    const time = now - SPREAD_MS + Math.floor((index / REQUESTS) * (SPREAD_MS - 1000));
    const failed = index % 200 === 0;
    const name = String(NAMES[index % NAMES.length]).replaceAll(' ', '\\ ');
    const tags = `expected_response=${!failed},method=GET,name=${name},proto=HTTP/2.0,scenario=load,status=${failed ? 503 : 200}`;
    const fields = (value: number) => `value=${value},vu=${1 + (index % 50)}i,iter=${index}i,url="https://nginx:8443/"`;
    const add = (metric: string, value: number, own = tags) => points.push(`${metric},${own} ${fields(value)} ${time}`);
    add('http_reqs', 1);
    add('http_req_failed', failed ? 1 : 0);
    add('http_req_duration', 20 + (index % 100));
    for (const part of PARTS) add(`http_req_${part}`, part === 'waiting' ? 20 : 0.5);
    add('checks', index % 100 === 0 ? 0 : 1, 'check=answers\\ in\\ time,scenario=load');
    add('iterations', 1, 'scenario=load');
    add('data_sent', 500, 'scenario=load');
    add('data_received', 4000, 'scenario=load');
    if (index % 20 === 0) points.push(`vus value=${10 + (index % 41)} ${time}`, `vus_max value=100 ${time}`);
    if (index === REQUESTS / 2) points.push(`dropped_iterations,scenario=load value=2 ${time}`);
  }
  return points;
}
