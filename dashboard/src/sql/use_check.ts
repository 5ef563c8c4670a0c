// What the job manager says of the script as it stands.
import { useEffect, useMemo, useState } from 'react';
import { ApiError, ask, type PostAnswer, type SqlError } from '../api/ask';
import type { Marked } from './editor';
import type { RequestOptions } from './options';
import { rangeOf } from './place';
import { splitScript } from './script';
import { Validator } from './validator';

type Validated = PostAnswer<'/ext/sql/validate'>;
export type SqlRequest = RequestOptions & { sql: string; fileName: string };
export type Verdict = {
  sql: string; // of which it speaks
  error: SqlError | null;
  unasked: string | null; // why nobody could say
  jobs: number;
  notes: string[];
};

/** Of a script that defines names only; no error of somebody who types. */
export const isNothingToRun = (error: SqlError) => error.message.includes('nothing would run');

export function useCheck(request: SqlRequest | null): { verdict: Verdict | null; marked: Marked | null; tell: (sql: string, error: SqlError) => void } {
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [validator] = useState(
    () =>
      new Validator<SqlRequest, Validated>(
        (asked) => ask('POST', '/ext/sql/validate', asked),
        ({ sql }, answer, error) => setVerdict(verdictOf(sql, answer, error)),
      ),
  );
  const key = request && splitScript(request.sql).length > 0 ? JSON.stringify(request) : null;
  useEffect(() => {
    validator.want(key, request!);
    if (key === null) setVerdict(null);
    // The key is the whole request.
  }, [validator, key]);
  useEffect(() => () => validator.dispose(), [validator]);
  // Until the next verdict: the editor moves the mark with the text.
  const marked = useMemo(() => (verdict?.error ? mark(verdict.sql, verdict.error) : null), [verdict]);
  const tell = (sql: string, error: SqlError) => setVerdict({ sql, error, unasked: null, jobs: 0, notes: [] });
  return { verdict, marked, tell };
}

function verdictOf(sql: string, answer: Validated | null, error: unknown): Verdict {
  if (answer) return { sql, error: answer.error, unasked: null, jobs: answer.jobs, notes: answer.notes };
  const sqlError = error instanceof ApiError ? error.sql : null;
  return { sql, error: sqlError, unasked: sqlError ? null : (error as Error).message, jobs: 0, notes: [] };
}

function mark(sql: string, error: SqlError): Marked | null {
  const range = isNothingToRun(error) ? null : rangeOf(sql, error);
  return range && { ...range, message: error.message, hint: error.hint };
}
