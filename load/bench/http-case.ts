import { readFileSync } from 'node:fs';
import type { Measurement } from '../client/measurement.js';
import { requestsOf, type Workload } from '../client/workload.js';
import { clearLog, mean, type Bench, type Case, type CaseResult } from './bench.js';
import type { Duty, FloorRate, FloorTask } from './floor/floor-task.js';
import { answerTo } from './single-answer.js';

const WARM_UP_SECONDS = 1;
/** Of the open model: more than are ever busy while the service keeps up. */
const OPEN_MODEL_CONNECTIONS = 256;

export interface HttpCaseOptions {
  name: string;
  beside: string;
  aim: number | null;
  workload: Workload | ((bench: Bench) => Workload);
  connections: number;
  /** How many of `unit` one answer stands for. */
  unit: string;
  unitsPerAnswer?: number;
  /** A server that does this and answers the same bytes, or work on the database. */
  floor: { duty: Duty } | { task(bench: Bench): FloorTask };
  writes?: boolean;
}

/** Peak throughput of Pitwall and of its floor, in turns so that noise hits both; then latency at half of the peak. */
export function httpCase(options: HttpCaseOptions): Case {
  return { name: options.name, run: (bench) => measure(options, bench) };
}

async function measure(options: HttpCaseOptions, bench: Bench): Promise<CaseResult> {
  const { name, beside, aim, connections, unit, unitsPerAnswer = 1, writes = false } = options;
  const { client, pitwall, seconds, rounds } = bench;
  const workload = typeof options.workload === 'function' ? options.workload(bench) : options.workload;
  const clear = () => (writes ? clearLog(bench) : Promise.resolve());
  const peak = (port: number, duration = seconds) => client.run({ port, workload, seconds: duration, connections });
  const measureFloor = await prepareFloor(options.floor, workload, bench, peak);
  await peak(pitwall.port, WARM_UP_SECONDS);
  await measureFloor(WARM_UP_SECONDS / 2);

  const peaks: (Measurement & { cpuShare: number })[] = [];
  const floors: (FloorRate & Partial<Measurement>)[] = [];
  for (let round = 0; round < rounds; round++) {
    await clear();
    const before = cpuSeconds(pitwall.pid);
    const measured = await peak(pitwall.port);
    peaks.push({ ...measured, cpuShare: (cpuSeconds(pitwall.pid) - before) / measured.seconds });
    await clear();
    floors.push(await measureFloor(seconds));
  }
  await clear();
  const answersPerSecond = mean(peaks.map((measured) => measured.perSecond));
  const half = await client.run({
    port: pitwall.port,
    workload,
    seconds,
    connections: OPEN_MODEL_CONNECTIONS,
    rate: answersPerSecond / 2,
  });
  await clear();
  const failures = [...peaks, half].reduce((sum, measured) => sum + measured.failures, 0);
  if (failures > 0) bench.say(`${name}: ${failures} requests failed.`);
  const perSecond = answersPerSecond * unitsPerAnswer;
  const perFloor = 'duty' in options.floor ? unitsPerAnswer : 1;
  const floorPerSecond = mean(floors.map((floor) => floor.perSecond)) * perFloor;
  const ratio = perSecond / floorPerSecond;
  return {
    name,
    unit,
    beside,
    perSecond,
    floorPerSecond,
    ratio,
    aim,
    latency: half.latency,
    details: { failures, peaks, floors, half },
  };
}

type Peak = (port: number, seconds: number) => Promise<Measurement>;

async function prepareFloor(floor: HttpCaseOptions['floor'], workload: Workload, bench: Bench, peak: Peak) {
  if ('task' in floor) {
    return (seconds: number) => bench.floor.run({ ...floor.task(bench), seconds } as FloorTask) as Promise<FloorRate>;
  }
  const answer = await answerTo(bench.pitwall.port, requestsOf(workload)());
  const { port } = (await bench.floor.run({ kind: 'serve', answer, duty: floor.duty })) as { port: number };
  return (seconds: number) => peak(port, seconds);
}

const TICKS_PER_SECOND = 100;

/** CPU time of a process so far; 0 where the system does not say. */
function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}
