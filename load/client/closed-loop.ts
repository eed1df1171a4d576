import { Connection } from './connection.js';
import { Latencies } from './latencies.js';
import { startClientMeter, type Measurement, type Task } from './measurement.js';
import { requestsOf } from './workload.js';

/** Peak throughput: a fixed number of connections, each of which sends on as soon as it is answered. */
export async function measureClosedLoop({ port, workload, seconds, connections }: Task): Promise<Measurement> {
  const next = requestsOf(workload);
  const latencies = new Latencies();
  let answers = 0;
  let failures = 0;
  let open = connections;
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const all = Array.from({ length: connections }, () => new Connection(port, () => (failures++, leave())));
  await Promise.all(all.map((connection) => connection.open()));

  function leave(): void {
    if (--open === 0) finish();
  }
  const meter = startClientMeter();
  const deadline = performance.now() + seconds * 1000;
  for (const connection of all) {
    let sent = performance.now();
    connection.onAnswer = (status) => {
      const now = performance.now();
      latencies.add(now - sent);
      answers++;
      if (status >= 300) failures++;
      if (now >= deadline) return leave();
      sent = now;
      connection.send(next());
    };
    connection.send(next());
  }
  await finished;
  const cost = meter(answers);
  for (const connection of all) connection.close();
  return { answers, failures, perSecond: answers / cost.seconds, latency: latencies.percentiles(), ...cost };
}
