// Numbers as people read them. Pure.

const COUNT_UNITS = ['', 'k', 'M', 'G', 'T'];
const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

function scaled(value: number, units: string[], separator: string): string {
  let amount = value;
  let unit = 0;
  while (Math.abs(amount) >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    ++unit;
  }
  const digits = unit === 0 ? (Number.isInteger(amount) || Math.abs(amount) >= 10 ? 0 : 1) : Math.abs(amount) < 10 ? 2 : Math.abs(amount) < 100 ? 1 : 0;
  return `${amount.toFixed(digits)}${separator}${units[unit]}`.trimEnd();
}

/** 1234567 is "1.23M". */
export const count = (n: number) => scaled(n, COUNT_UNITS, '');
/** 1234567 is "1 234 567". */
export const exact = (n: number) => n.toString().replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
export const bytes = (n: number) => scaled(n, BYTE_UNITS, '\u00a0');
export const rate = (n: number) => `${count(n)}/s`;
export const percent = (share: number) => `${Math.round(share * 100)}\u00a0%`;

export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (seconds < 10) return `${(ms / 1000).toFixed(1)} s`;
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds / 60) % 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds / 3600) % 24)} h`;
}

/** What comes every second is here "now" while it comes. */
export const ago = (ms: number) => (ms < 5000 ? 'now' : `${duration(ms)} ago`);

/** In the zone of the reader: "2026-11-30 08:15:02". */
export function time(ms: number): string {
  const d = new Date(ms);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

/** "UTC+05:30", of the reader at that time. */
export function zone(at: Pick<Date, 'getTimezoneOffset'>): string {
  const minutes = -at.getTimezoneOffset();
  const two = (n: number) => String(Math.floor(Math.abs(n))).padStart(2, '0');
  return minutes === 0 ? 'UTC' : `UTC${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

export const plural = (n: number, what: string) => `${exact(n)} ${what}${n === 1 ? '' : 's'}`;

/** Of a chain of operators the first, and not more of it than fits a line. */
export function shortName(name: string): string {
  const [first = '', ...more] = name.split(' -> ');
  if (first.length > 60) return `${first.slice(0, 60)}…`;
  return more.length > 0 ? `${first} -> …` : first;
}
