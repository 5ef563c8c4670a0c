// Rows as the server sends them. A cell stays the JSON that it is: a BIGINT or a DECIMAL has more digits than a
// number of JavaScript, and two cells are equal if their JSON is. Pure.

export type RowKind = '+I' | '-U' | '+U' | '-D';
export type Cells = readonly string[]; // JSON, one for each column
export type Change = { kind: RowKind; cells: Cells };
export type Results = {
  columns: string[];
  nextToken: number;
  finished: boolean;
  failure: string | null;
  changes: Change[];
};

/** What GET /ext/jobs/{jobid}/results/{token} answers. Throws SyntaxError. */
export function parseResults(text: string): Results {
  const results = new Slices(text).members();
  const read = <T>(name: string): T => JSON.parse(results.get(name) ?? 'null') as T;
  return {
    columns: read<{ name: string }[]>('columns').map(({ name }) => name),
    nextToken: read('nextToken'),
    finished: read('finished'),
    failure: read('failure'),
    changes: new Slices(results.get('rows') ?? '[]').items().map((item) => {
      const change = new Slices(item).members();
      return { kind: JSON.parse(change.get('kind')!) as RowKind, cells: new Slices(change.get('row')!).values() };
    }),
  };
}

/** Cuts one object or array into the JSON of what is in it. */
class Slices {
  private at = 0;
  constructor(private readonly text: string) {}

  items(): string[] {
    const items: string[] = [];
    this.each('[', ']', () => items.push(this.value()));
    return items;
  }
  members(): Map<string, string> {
    const members = new Map<string, string>();
    this.each('{', '}', () => {
      const name = JSON.parse(this.value()) as string;
      this.expect(':');
      members.set(name, this.value());
    });
    return members;
  }
  /** Of an object, in their order: columns may share a name. */
  values(): string[] {
    const values: string[] = [];
    this.each('{', '}', () => {
      this.value();
      this.expect(':');
      values.push(this.value());
    });
    return values;
  }

  private each(open: string, close: string, one: () => void) {
    this.expect(open);
    if (this.next() === close) return;
    do one();
    while (this.next() === ',' && ++this.at);
    this.expect(close);
  }
  private next(): string {
    while (/\s/.test(this.text[this.at] ?? '')) ++this.at;
    return this.text[this.at] ?? '';
  }
  private expect(c: string) {
    if (this.next() !== c) throw new SyntaxError(`${c} expected at ${this.at}`);
    ++this.at;
  }
  private value(): string {
    this.next();
    const from = this.at;
    let depth = 0;
    for (; this.at < this.text.length; ++this.at) {
      const c = this.text[this.at]!;
      if (c === '"') this.skipString();
      else if (c === '{' || c === '[') ++depth;
      else if (depth === 0 && (c === ',' || c === '}' || c === ']' || c === ':')) break;
      else if (c === '}' || c === ']') --depth;
    }
    return this.text.slice(from, this.at).trimEnd();
  }
  // From the quote that opens it to the one that closes it.
  private skipString() {
    for (++this.at; this.at < this.text.length && this.text[this.at] !== '"'; ++this.at) {
      if (this.text[this.at] === '\\') ++this.at;
    }
  }
}

/** A cell as people read it; null: the cell is NULL. */
export function cellText(json: string): string | null {
  if (json === 'null') return null;
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}
