// Server-sent events from a fetch: EventSource cannot send an access token. Pure but for what it is given.

/** Cuts a text that comes in pieces into events, of which it keeps the data. */
export class EventParser {
  private rest = '';

  push(piece: string): string[] {
    this.rest += piece;
    const events: string[] = [];
    for (let end = this.rest.indexOf('\n\n'); end >= 0; end = this.rest.indexOf('\n\n')) {
      const data = this.rest
        .slice(0, end)
        .split('\n')
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart());
      if (data.length > 0) events.push(data.join('\n'));
      this.rest = this.rest.slice(end + 2);
    }
    return events;
  }
}

const MOST_TEXT = 4 << 20; // characters, as many as the server sends at once

/** A text that grows at its end, and loses whole lines at its beginning where it grows too long. */
export function appended(text: string | undefined, more: string, most = MOST_TEXT): string {
  const all = (text ?? '') + more;
  return all.length <= most ? all : all.slice(all.indexOf('\n', all.length - most - 1) + 1);
}
