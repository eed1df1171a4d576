import { base, en, Faker } from '@faker-js/faker';

/** Draws that repeat for the same seed, which may be several numbers. */
export class Random {
  readonly faker: Faker;

  constructor(...seed: number[]) {
    this.faker = new Faker({ locale: [en, base] });
    this.faker.seed(seed);
  }

  between(min: number, max: number): number {
    return min + this.faker.number.float() * (max - min);
  }

  chance(probability: number): boolean {
    return this.faker.number.float() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const index = Math.floor(this.faker.number.float() * list.length);
    return list[Math.min(index, list.length - 1)] as T;
  }

  pickWeighted<T>(list: readonly T[], weightOf: (item: T) => number): T {
    let left = this.faker.number.float() * list.reduce((sum, item) => sum + weightOf(item), 0);
    return list.find((item) => (left -= weightOf(item)) < 0) ?? (list.at(-1) as T);
  }

  /** Durations and waiting times: most near the median, a few several times as long. `sigma` is that of the logarithm. */
  logNormal(median: number, sigma: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.faker.number.float()));
    return median * Math.exp(sigma * radius * Math.cos(2 * Math.PI * this.faker.number.float()));
  }
}
