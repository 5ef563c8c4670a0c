// Places in a script: the server says lines (ended by '\n') and columns (characters, not UTF-16 units) from 1 on, the
// editor wants offsets. Pure.
import type { SqlError } from '../api/ask';

/** The offset of a line's column; the end of the line or of the text for a place behind it. */
export function offsetAt(text: string, line: number, column: number): number {
  let from = 0;
  for (let n = 1; n < line; ++n) {
    const end = text.indexOf('\n', from);
    if (end < 0) return text.length;
    from = end + 1;
  }
  let at = from;
  for (let n = 1; n < column && at < text.length && text[at] !== '\n'; ++n) at += width(text, at);
  return at;
}

/** The opposite, for those who read it. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: [...before.slice(lineStart)].length + 1 };
}

const width = (text: string, at: number) => (text.codePointAt(at)! > 0xffff ? 2 : 1);

/** Of a whole text: the bytes that UTF-8 has before an offset, and the offset behind so many of them. */
export const bytesBefore = (text: string, offset: number) => new TextEncoder().encode(text.slice(0, offset)).length;
export function offsetOfByte(text: string, bytes: number): number {
  let at = 0;
  for (let n = bytesOf(text, at); n <= bytes && at < text.length; n += bytesOf(text, at)) at += width(text, at);
  return at;
}
function bytesOf(text: string, at: number): number {
  const code = text.codePointAt(at) ?? 0;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code <= 0xffff ? 3 : 4;
}

/** How many characters the carets below the text mark: "^~~~" is 4; 0 where there are none. */
export function markedLength(rendered: string): number {
  const carets = rendered.split('\n').filter((line) => /^\s*\^~*$/.test(line)).at(-1);
  return carets ? carets.trim().length : 0;
}

/** What to underline: what the carets mark, at least a character; null: the error has no place. */
export function rangeOf(text: string, error: SqlError): { from: number; to: number } | null {
  if (error.line === null || error.column === null) return null;
  let from = offsetAt(text, error.line, error.column);
  let to = from;
  for (let n = Math.max(1, markedLength(error.rendered)); n > 0 && to < text.length && text[to] !== '\n'; --n) {
    to += width(text, to);
  }
  // At the end of a line there is nothing to draw a line below.
  if (to === from && from > 0) from -= 1 + Number(text.codePointAt(from - 2)! > 0xffff);
  return { from, to };
}
