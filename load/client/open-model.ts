import { Connection } from './connection.js';
import { Latencies } from './latencies.js';
import { startClientMeter, type Measurement, type Task } from './measurement.js';
import { OpenSchedule } from './open-schedule.js';
import { requestsOf } from './workload.js';

const GRACE_MS = 5_000;

/** Latency at a rate: requests start on a schedule, whatever the answers do. */
export async function measureOpenModel(task: Task & { rate: number }): Promise<Measurement> {
  const { port, workload, seconds, connections, rate } = task;
  const next = requestsOf(workload);
  const latencies = new Latencies();
  let answers = 0;
  let failures = 0;
  const dueOf = new Map<Connection, number>();

  const all = Array.from({ length: connections }, () => new Connection(port, () => void failures++));
  await Promise.all(all.map((connection) => connection.open()));
  const schedule = new OpenSchedule<Connection>({
    rate,
    seconds,
    places: all,
    graceMs: GRACE_MS,
    start(connection, due) {
      dueOf.set(connection, due);
      connection.send(next());
    },
  });
  for (const connection of all) {
    connection.onAnswer = (status) => {
      latencies.add(performance.now() - (dueOf.get(connection) as number));
      answers++;
      if (status >= 300) failures++;
      schedule.finish(connection);
    };
  }

  const meter = startClientMeter();
  await schedule.run();
  const cost = meter(answers);
  for (const connection of all) connection.close();
  failures += schedule.unfinished;
  return { answers, failures, perSecond: answers / cost.seconds, latency: latencies.percentiles(), ...cost };
}
