import { nameOf, type Question } from './dashboard-file.js';

export interface Answered {
  question: Question;
  /** As it was asked. */
  query: string;
  /** How many series had a value. */
  series: number;
  /** The latest value of the first series. */
  last: string | undefined;
  /** What is wrong with the answer. */
  fault: string | undefined;
}

/** A line for each query, and below those that have no answer what was asked. */
export function answerTable(answers: readonly Answered[]): string[] {
  const width = Math.max(...answers.map(({ question }) => nameOf(question).length));
  return answers.flatMap(({ question, query, series, last, fault }) => {
    const line = `${nameOf(question).padEnd(width)}  ${String(series).padStart(3)} series  ${fault ?? last}`;
    return fault === undefined ? [line] : [line, `    ${query}`];
  });
}
