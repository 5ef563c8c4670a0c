// A script as statements: where each begins and ends, what it does, and what has to be sent for one of them to mean
// the same alone. Pure. Cuts as SplitScript of sql/parser.cc does, but a character that no statement may hold does
// not hide those behind it.

export type StatementKind =
  | 'query' // its rows are shown
  | 'insert' // becomes a job that goes on: INSERT, a statement set, CREATE TABLE AS SELECT
  | 'explain'
  | 'definition' // what statements behind it build on: CREATE, SET, USE ...
  | 'other'; // SHOW, DESCRIBE, SET alone, STOP JOB, and what is no SQL: answered at once

export type Statement = {
  from: number; // of its first character
  to: number; // behind its last, without the semicolon
  end: number; // behind its semicolon, where it has one
  kind: StatementKind;
  makesTable: boolean; // CREATE TABLE AS SELECT: also a definition
};

type Token = { text: string; from: number; to: number };

const BLANK = /\s/;
const WORD_START = /[a-z_\u0080-\uffff]/i;
const WORD = /[a-z_0-9$\u0080-\uffff]*/iy;

/** Where a string, a quoted name or a comment that begins at `from` is over; the end of the text if it never is. */
function endOfQuoted(text: string, from: number): number {
  const quote = text[from]!;
  for (let at = from + 1; ; ) {
    const next = text.indexOf(quote, at);
    if (next < 0) return text.length;
    if (text[next + 1] !== quote) return next + 1;
    at = next + 2;
  }
}

/** Words in capitals; strings and quoted names as they stand; all else one by one. Comments are left out. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let inHint = false; // behind /*+ the characters */ are no end of a comment
  for (let at = 0; at < text.length; ) {
    const c = text[at]!;
    const from = at;
    if (BLANK.test(c)) {
      ++at;
    } else if (text.startsWith('--', at)) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (text.startsWith('/*', at) && text[at + 2] !== '+') {
      const end = text.indexOf('*/', at + 2);
      if (end < 0) tokens.push({ text: '/*', from, to: text.length });
      at = end < 0 ? text.length : end + 2;
    } else {
      if (c === "'" || c === '`') {
        at = endOfQuoted(text, at);
      } else if (WORD_START.test(c)) {
        WORD.lastIndex = at;
        WORD.exec(text);
        at = WORD.lastIndex;
      } else if (text.startsWith('/*+', at)) {
        inHint = true;
        at += 3;
      } else if (inHint && text.startsWith('*/', at)) {
        inHint = false;
        at += 2;
      } else {
        ++at;
      }
      const word = text.slice(from, at);
      tokens.push({ text: WORD_START.test(c) ? word.toUpperCase() : word, from, to: at });
    }
  }
  return tokens;
}

const QUERIES = ['SELECT', 'WITH', 'VALUES', '('];
const DEFINITIONS = ['CREATE', 'ALTER', 'DROP', 'USE', 'SET', 'RESET'];

function makesTable(tokens: Token[]): boolean {
  if (tokens[0]!.text !== 'CREATE') return false;
  const table = tokens.findIndex((token) => token.text === 'TABLE');
  if (table < 0 || table > 3) return false; // CREATE OR REPLACE TABLE, CREATE TEMPORARY TABLE
  let depth = 0;
  return tokens.some((token, i) => {
    if (token.text === '(') ++depth;
    if (token.text === ')') --depth;
    return depth === 0 && token.text === 'AS' && QUERIES.includes(tokens[i + 1]?.text ?? '');
  });
}

function kindOf(tokens: Token[]): StatementKind {
  const first = tokens[0]!.text;
  if (first === 'EXECUTE' && QUERIES.includes(tokens[1]?.text ?? '')) return 'query';
  if (QUERIES.includes(first)) return 'query';
  if (['INSERT', 'EXECUTE', 'BEGIN'].includes(first)) return 'insert';
  if (first === 'EXPLAIN') return 'explain';
  if (makesTable(tokens)) return 'insert';
  if (first === 'SET' && tokens.length === 1) return 'other'; // lists what is set
  return DEFINITIONS.includes(first) ? 'definition' : 'other';
}

export function splitScript(text: string): Statement[] {
  const statements: Statement[] = [];
  let current: Token[] = [];
  const finish = (end: number | null) => {
    const last = current.at(-1);
    if (last) {
      statements.push({
        from: current[0]!.from,
        to: last.to,
        end: end ?? last.to,
        kind: kindOf(current),
        makesTable: makesTable(current),
      });
    }
    current = [];
  };
  for (const token of tokenize(text)) {
    const [a, b, c] = current;
    const inSet = ['EXECUTE', 'BEGIN', 'EXPLAIN'].includes(a?.text ?? '') && b?.text === 'STATEMENT' && c?.text === 'SET';
    // A set ends with END; only.
    if (token.text === ';' && !(inSet && current.at(-1)!.text !== 'END')) finish(token.to);
    else current.push(token);
  }
  finish(null);
  return statements;
}

/**
 * The statement that is meant by a cursor: the one it touches; else the one that ends before it on the same line; else
 * the next; else the last.
 */
export function statementAt(text: string, statements: Statement[], cursor: number): Statement | undefined {
  const touched = statements.find((s) => s.from <= cursor && cursor <= s.end);
  if (touched) return touched;
  const before = statements.filter((s) => s.end < cursor).at(-1);
  if (before && !text.slice(before.end, cursor).includes('\n')) return before;
  return statements.find((s) => s.from > cursor) ?? before;
}

/** What a cursor or a selection means: the statements that the selection has a part of. */
export function chosenStatements(text: string, statements: Statement[], from: number, to: number): Statement[] {
  const chosen = from === to ? [] : statements.filter((s) => s.from < to && from < s.to);
  if (chosen.length > 0) return chosen;
  const one = statementAt(text, statements, from);
  return one ? [one] : [];
}

/** Whether its answer comes at once and nothing of it runs. */
export const isAnswered = ({ kind }: Statement) => kind === 'other' || kind === 'explain';

export type Excerpt = {
  sql: string;
  leftOut: Statement[]; // CREATE TABLE AS SELECT above: it would run once more
};

/**
 * What to send for the chosen statements: they and the definitions above them. All else becomes blanks, so that lines
 * and columns are those of the whole text.
 */
export function excerptFor(text: string, statements: Statement[], chosen: Statement[]): Excerpt {
  const last = chosen.at(-1);
  if (!last) return { sql: '', leftOut: [] };
  const above = statements.filter((s) => s.from < last.from && !chosen.some((c) => c.from === s.from));
  const sent = [...above.filter((s) => s.kind === 'definition'), ...chosen].sort((a, b) => a.from - b.from);
  let sql = '';
  let at = 0;
  for (const statement of sent) {
    sql += blanks(text.slice(at, statement.from)) + text.slice(statement.from, statement.end);
    at = statement.end;
  }
  return { sql, leftOut: above.filter((s) => s.makesTable) };
}

// As many characters as the server counts, in as many lines.
const blanks = (text: string) => text.replace(/[^\r\n]/gu, ' ');

/** The first words of a statement, on one line. */
export function summary(text: string, statement: Statement, most = 60): string {
  const words = text.slice(statement.from, statement.to).replace(/\s+/g, ' ');
  const characters = [...words];
  return characters.length <= most ? words : characters.slice(0, most - 1).join('') + '…';
}
