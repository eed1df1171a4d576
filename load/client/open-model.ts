import { Connection } from './connection.js';
import { Latencies } from './latencies.js';
import { startClientMeter, type Measurement, type Task } from './measurement.js';
import { requestsOf } from './workload.js';

const TICK_MS = 1;
/** How long answers are waited for once the last request is due. */
const GRACE_MS = 5_000;

/**
 * Requests start on a schedule, whatever the answers do, and latency counts from the scheduled time: a server that
 * stalls is charged for each request that would have come meanwhile. Sent in ticks of a millisecond, which is part of
 * the figure.
 */
export async function measureOpenModel(task: Task & { rate: number }): Promise<Measurement> {
  const { port, workload, seconds, connections, rate } = task;
  const next = requestsOf(workload);
  const latencies = new Latencies();
  const total = Math.floor(rate * seconds);
  let scheduled = 0;
  let answers = 0;
  let failures = 0;
  const due: number[] = [];
  let firstDue = 0;
  const idle: Connection[] = [];
  const sentFor = new Map<Connection, number>();

  const all = Array.from({ length: connections }, () => new Connection(port, () => void failures++));
  await Promise.all(all.map((connection) => connection.open()));
  for (const connection of all) {
    connection.onAnswer = (status) => {
      latencies.add(performance.now() - (sentFor.get(connection) as number));
      answers++;
      if (status >= 300) failures++;
      if (firstDue < due.length) send(connection, due[firstDue++] as number);
      else idle.push(connection);
    };
    idle.push(connection);
  }
  function send(connection: Connection, at: number): void {
    sentFor.set(connection, at);
    connection.send(next());
  }

  const meter = startClientMeter();
  const start = performance.now();
  const deadline = start + seconds * 1000 + GRACE_MS;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now();
      for (; scheduled < total && start + (scheduled / rate) * 1000 <= now; scheduled++) {
        const at = start + (scheduled / rate) * 1000;
        const connection = firstDue < due.length ? undefined : idle.pop();
        if (connection) send(connection, at);
        else due.push(at);
      }
      if (answers < total && now < deadline) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
  const cost = meter(answers);
  for (const connection of all) connection.close();
  failures += total - answers;
  return { answers, failures, perSecond: answers / cost.seconds, latency: latencies.percentiles(), ...cost };
}
