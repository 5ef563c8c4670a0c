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
