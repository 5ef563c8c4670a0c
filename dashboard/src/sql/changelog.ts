// What the changes of a query amount to, within bounded memory. Pure.
import type { Cells, Change } from './rows';

export type Bounds = {
  rows: number;
  characters: number; // of their cells
};

const lengthOf = (cells: Cells) => cells.reduce((sum, cell) => sum + cell.length, 0);

type Place = { key: string; cells: Cells };

/**
 * The table as it is now. A row is found by all of its cells; an update takes the place of what it replaces. Beyond
 * the bounds the rows that have stood longest are dropped, and counted.
 */
export class LiveRows {
  private places = new Map<number, Place | null>(); // in order; null: was taken away for the update that comes next
  private byKey = new Map<string, number[]>(); // places, the newest last
  private freed: number | null = null;
  private nextPlace = 0;
  private kept = 0;
  private characters = 0;
  dropped = 0; // rows of the table that are not kept

  constructor(private readonly bounds: Bounds) {}

  get size(): number {
    return this.kept + this.dropped;
  }
  /** Those that are kept, oldest place first. */
  rows(): { place: number; cells: Cells }[] {
    const rows: { place: number; cells: Cells }[] = [];
    for (const [place, row] of this.places) if (row) rows.push({ place, cells: row.cells });
    return rows;
  }

  apply({ kind, cells }: Change): void {
    const freed = this.freed;
    this.freed = null;
    if (freed !== null && kind !== '+U') this.places.delete(freed);
    if (kind === '+I' || kind === '+U') this.add(cells, kind === '+U' ? freed : null);
    else this.takeAway(cells, kind === '-U');
  }

  private add(cells: Cells, freed: number | null) {
    const place = freed ?? this.nextPlace++;
    const key = cells.join(',');
    this.places.set(place, { key, cells });
    const places = this.byKey.get(key);
    if (places) places.push(place);
    else this.byKey.set(key, [place]);
    ++this.kept;
    this.characters += lengthOf(cells);
    while (this.kept > this.bounds.rows || (this.characters > this.bounds.characters && this.kept > 1)) this.dropOldest();
  }
  private takeAway(cells: Cells, forUpdate: boolean) {
    const key = cells.join(',');
    const place = this.byKey.get(key)?.at(-1);
    if (place === undefined) {
      // One that was dropped; one that was never added cannot be taken away.
      if (this.dropped > 0) --this.dropped;
      return;
    }
    this.forget(place, key, cells);
    if (forUpdate) {
      this.places.set(place, null);
      this.freed = place;
    } else {
      this.places.delete(place);
    }
  }
  private dropOldest() {
    for (const [place, row] of this.places) {
      if (!row) continue;
      this.forget(place, row.key, row.cells);
      this.places.delete(place);
      ++this.dropped;
      return;
    }
  }
  // All but its place.
  private forget(place: number, key: string, cells: Cells) {
    const places = this.byKey.get(key)!;
    places.splice(places.lastIndexOf(place), 1);
    if (places.length === 0) this.byKey.delete(key);
    --this.kept;
    this.characters -= lengthOf(cells);
  }
}

/** The newest changes as they came. */
export class ChangeLog {
  private changes: Change[] = [];
  private characters = 0;
  dropped = 0;

  constructor(private readonly bounds: Bounds) {}

  get size(): number {
    return this.changes.length + this.dropped;
  }
  /** Those that are kept, with their number from 1 on. */
  rows(): (Change & { number: number })[] {
    return this.changes.map((change, i) => ({ ...change, number: this.dropped + i + 1 }));
  }
  add(changes: readonly Change[]): void {
    for (const change of changes) {
      this.changes.push(change);
      this.characters += lengthOf(change.cells);
    }
    let drop = 0;
    while (
      this.changes.length - drop > this.bounds.rows ||
      (this.characters > this.bounds.characters && drop < this.changes.length - 1)
    ) {
      this.characters -= lengthOf(this.changes[drop++]!.cells);
    }
    this.changes.splice(0, drop);
    this.dropped += drop;
  }
}

/** How many a second, over the last seconds. */
export class Rate {
  private samples: { at: number; total: number }[] = [];

  constructor(private readonly windowMs = 5000) {}

  /** `total`: all so far; `now`: milliseconds of any clock. */
  add(total: number, now: number): void {
    this.samples.push({ at: now, total });
    while (this.samples.length > 2 && this.samples[1]!.at <= now - this.windowMs) this.samples.shift();
  }
  perSecond(now: number): number {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (!first || !last || now <= first.at) return 0;
    // What came before the window is none of it.
    if (last.at < now - this.windowMs) return 0;
    return ((last.total - first.total) * 1000) / (now - first.at);
  }
}
