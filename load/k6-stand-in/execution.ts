import { state } from './samples.ts';

export default {
  scenario: {
    get iterationInTest() {
      return state.iteration;
    },
  },
};
