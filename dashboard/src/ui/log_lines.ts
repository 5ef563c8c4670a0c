// Which lines of a log are shown. Pure.
export type LogLine = { number: number; text: string; tone: 'bad' | 'busy' | undefined };
export type LogLines = { lines: LogLine[]; found: number; all: number };

/** The last `most` lines with `wanted` in them, in any case of letters. */
export function linesOf(text: string, wanted: string, most: number): LogLines {
  const sought = wanted.trim().toLowerCase();
  const all = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const found = all.map((line, number) => ({ number, text: line })).filter((line) => line.text.toLowerCase().includes(sought));
  const lines = found.slice(-most).map((line) => ({ ...line, tone: toneOf(line.text) }));
  return { lines, found: found.length, all: all.length };
}

// A line begins "2026-11-30T08:00:00.000 W [12] ...": the letter is its level.
function toneOf(line: string): LogLine['tone'] {
  const level = /^\d{4}-\d\d-\d\dT\S+ ([A-Z]) /.exec(line)?.[1];
  if (level === 'E' || level === 'C') return 'bad';
  return level === 'W' ? 'busy' : undefined;
}
