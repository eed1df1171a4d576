import { serveTasks } from '../../service/worker-process.js';
import { copyEvents, copyTables } from './copy.js';
import { FloorServer } from './floor-server.js';
import type { FloorTask } from './floor-task.js';

const server = new FloorServer();

serveTasks<FloorTask, unknown>((task) => {
  switch (task.kind) {
    case 'serve':
      return server.serve(task.answer, task.duty);
    case 'copy events':
      return copyEvents(task);
    case 'copy tables':
      return copyTables(task);
  }
});
