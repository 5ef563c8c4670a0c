// What is submitted with a script. Pure.

export type RunOptions = {
  parallelism: string; // as typed; empty: what the script or the job manager says
  fromSavepoint: string;
  allowNonRestoredState: boolean;
  set: string; // a line each: key = value, as in SET 'key' = 'value'
};
export const NO_OPTIONS: RunOptions = { parallelism: '', fromSavepoint: '', allowNonRestoredState: false, set: '' };

export type RequestOptions = {
  parallelism?: number;
  fromSavepoint?: string;
  allowNonRestoredState?: boolean;
  options?: Record<string, string>;
};

/** For the request, or what is wrong with them. */
export function readOptions(typed: RunOptions): { request: RequestOptions } | { wrong: string } {
  const request: RequestOptions = {};
  const parallelism = typed.parallelism.trim();
  if (parallelism !== '') {
    if (!/^[1-9]\d{0,4}$/.test(parallelism)) return { wrong: `Parallelism: “${parallelism}” is not a number from 1 on.` };
    request.parallelism = Number(parallelism);
  }
  const savepoint = typed.fromSavepoint.trim();
  if (savepoint !== '') request.fromSavepoint = savepoint;
  if (typed.allowNonRestoredState && savepoint !== '') request.allowNonRestoredState = true;
  const options: Record<string, string> = {};
  for (const line of typed.set.split('\n')) {
    if (line.trim() === '') continue;
    const match = /^\s*(?:SET\s+)?(.+?)\s*=\s*(.*?)\s*;?\s*$/i.exec(line);
    const [key, value] = [unquoted(match?.[1] ?? ''), unquoted(match?.[2] ?? '')];
    if (key === '' || value === '') return { wrong: `SET options: “${line.trim()}” is not of the form key = value.` };
    options[key] = value;
  }
  if (Object.keys(options).length > 0) request.options = options;
  return { request };
}

const unquoted = (text: string) => (/^'.*'$/.test(text) ? text.slice(1, -1).replaceAll("''", "'") : text);
