import { serveTasks } from '../service/worker-process.js';
import { measureClosedLoop } from './closed-loop.js';
import type { Measurement, Task } from './measurement.js';
import { measureOpenModel } from './open-model.js';

serveTasks<Task, Measurement>((task) =>
  task.rate === undefined ? measureClosedLoop(task) : measureOpenModel({ ...task, rate: task.rate }),
);
