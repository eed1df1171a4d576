import type { Measurement } from '../client/measurement.js';
import { requestsOf, type Workload } from '../client/workload.js';
import { cpuSeconds } from '../service/cpu-time.js';
import { clearLog, type Bench, type Case, type CaseResult } from './bench.js';
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
  /** A server that does this and answers the same bytes, or work on the database, which counts units itself. */
  floor: { duty: Duty | ((bench: Bench) => Duty) } | { task(bench: Bench): FloorTask };
  writes?: boolean;
}

/** Peak throughput of Pitwall and of its floor, in turns so that noise hits both; then latency at half of the peak. */
export function httpCase(options: HttpCaseOptions): Case {
  return { name: options.name, run: (bench) => measure(options, bench) };
}

/** One round of one side, in units. */
interface Round {
  perSecond: number;
  /** Microseconds of CPU per unit, of Pitwall's or the floor's own process. */
  cpuMicros: number;
}

async function measure(options: HttpCaseOptions, bench: Bench): Promise<CaseResult> {
  const { name, beside, aim, connections, unit, unitsPerAnswer = 1, writes = false } = options;
  const { client, pitwall, seconds, rounds } = bench;
  const workload = typeof options.workload === 'function' ? options.workload(bench) : options.workload;
  const clear = () => (writes ? clearLog(bench) : Promise.resolve());
  const peak = async (port: number, duration: number) => {
    const measured = await client.run({ port, workload, seconds: duration, connections });
    return { ...measured, perSecond: measured.perSecond * unitsPerAnswer };
  };
  const measureFloor = await prepareFloor(options.floor, workload, bench, peak);
  await peak(pitwall.port, WARM_UP_SECONDS);
  await measureFloor(WARM_UP_SECONDS / 2);

  const peaks: (Measurement & Round)[] = [];
  const floors: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    await clear();
    peaks.push(await withCpu(pitwall.pid, () => peak(pitwall.port, seconds)));
    await clear();
    floors.push(await withCpu(bench.floor.pid, () => measureFloor(seconds)));
  }
  await clear();
  const rate = median(peaks.map(({ perSecond }) => perSecond)) / unitsPerAnswer / 2;
  const half = await client.run({ port: pitwall.port, workload, seconds, connections: OPEN_MODEL_CONNECTIONS, rate });
  await clear();
  const failures = [...peaks, half].reduce((sum, measured) => sum + measured.failures, 0);
  if (failures > 0) bench.say(`${name}: ${failures} requests failed.`);
  const [fastest, fastestFloor] = [best(peaks), best(floors)];
  return {
    name,
    unit,
    beside,
    perSecond: fastest.perSecond,
    floorPerSecond: fastestFloor.perSecond,
    ratio: fastest.perSecond / fastestFloor.perSecond,
    aim,
    latency: half.latency,
    cpuMicros: fastest.cpuMicros,
    floorCpuMicros: fastestFloor.cpuMicros,
    clientShare: fastest.clientShare,
    details: { failures, peaks, floors, half },
  };
}

/** What else runs on the machine only ever slows: the best of the rounds says most of the code. */
const best = <T extends Round>(rounds: T[]): T =>
  rounds.reduce((one, other) => (other.perSecond > one.perSecond ? other : one));

const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] as number;

async function withCpu<T extends FloorRate>(pid: number, measureRound: () => Promise<T>): Promise<T & Round> {
  const before = cpuSeconds(pid);
  const started = performance.now();
  const measured = await measureRound();
  const units = (measured.perSecond * (performance.now() - started)) / 1000;
  return { ...measured, cpuMicros: ((cpuSeconds(pid) - before) * 1e6) / units };
}

type Peak = (port: number, seconds: number) => Promise<FloorRate>;

async function prepareFloor(floor: HttpCaseOptions['floor'], workload: Workload, bench: Bench, peak: Peak) {
  if ('task' in floor) {
    return (seconds: number) => bench.floor.run({ ...floor.task(bench), seconds } as FloorTask) as Promise<FloorRate>;
  }
  const answer = await answerTo(bench.pitwall.port, requestsOf(workload)());
  const duty = typeof floor.duty === 'function' ? floor.duty(bench) : floor.duty;
  const { port } = (await bench.floor.run({ kind: 'serve', answer, duty })) as { port: number };
  return (seconds: number) => peak(port, seconds);
}
