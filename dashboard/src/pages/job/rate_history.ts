// The rates of a job's vertices over the last minutes. Pure.
export type Rates = { id: string; recordsInPerSecond: number; recordsOutPerSecond: number };
/** Seconds since 1970, rows a second in and out; null where nothing was known. */
export type Series = [times: number[], rowsIn: (number | null)[], rowsOut: (number | null)[]];

const KEPT = 600;

export class RateHistory {
  private times: number[] = [];
  private samples: Map<string, Rates>[] = [];

  constructor(private readonly kept = KEPT) {}

  /** `at`: ms since 1970. No vertices: nothing is known at that time. */
  push(at: number, vertices: readonly Rates[]): void {
    this.times.push(at / 1000);
    this.samples.push(new Map(vertices.map(({ id, recordsInPerSecond, recordsOutPerSecond }) => [id, { id, recordsInPerSecond, recordsOutPerSecond }])));
    if (this.times.length > this.kept) {
      this.times.shift();
      this.samples.shift();
    }
  }
  /** Whether it has begun to forget. */
  get full(): boolean {
    return this.times.length >= this.kept;
  }
  series(vertex: string): Series {
    const of = (pick: (rates: Rates) => number) => this.samples.map((sample) => {
      const rates = sample.get(vertex);
      return rates ? pick(rates) : null;
    });
    return [[...this.times], of((rates) => rates.recordsInPerSecond), of((rates) => rates.recordsOutPerSecond)];
  }
}
