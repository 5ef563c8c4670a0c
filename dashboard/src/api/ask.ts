// One question to the job manager. The access token, where one is needed, stays with this browser tab.
import type { paths } from './schema';

export type SqlError = { code: string; message: string; line: number | null; column: number | null; hint: string | null; rendered: string };

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly sql: SqlError | null = null,
  ) {
    super(message);
  }
}

const TOKEN_KEY = 'weir-token';
type Listener = () => void;
const refusals = new Set<Listener>();

export function token(): string | null {
  return sessionStorage.getItem(TOKEN_KEY);
}
export function setToken(value: string): void {
  sessionStorage.setItem(TOKEN_KEY, value);
}
/** Called when the server wants a token, or another one. */
export function onRefused(listener: Listener): () => void {
  refusals.add(listener);
  return () => refusals.delete(listener);
}
export function tellRefused(): void {
  for (const listener of refusals) listener();
}

export function headers(more: Record<string, string> = {}): Record<string, string> {
  const known = token();
  return known ? { ...more, Authorization: `Bearer ${known}` } : more;
}

export async function errorOf(response: Response): Promise<ApiError> {
  if (response.status === 401) tellRefused();
  const text = await response.text();
  try {
    const body = JSON.parse(text) as { errors: string[]; error?: SqlError };
    return new ApiError(response.status, body.errors.join('\n'), body.error ?? null);
  } catch {
    return new ApiError(response.status, text || `${response.status} ${response.statusText}`);
  }
}

/** Throws ApiError; status 0 where nobody answers. */
export async function ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await request(method, path, body, signal);
  return (await response.json()) as T;
}

export async function askText(path: string, signal?: AbortSignal): Promise<string> {
  return (await request('GET', path, undefined, signal)).text();
}

export async function request(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: headers(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new ApiError(0, 'The job manager does not answer.');
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

// ---- Types of docs/openapi.yaml

type Json<R> = R extends { content: { 'application/json': infer T } } ? T : never;
type Good<R> = R extends { 200: infer A } ? Json<A> : R extends { 202: infer A } ? Json<A> : never;
export type GetPath = { [P in keyof paths]: paths[P] extends { get: { responses: unknown } } ? P : never }[keyof paths];
/** What a GET of that path answers. */
export type Answer<P extends GetPath> = paths[P] extends { get: { responses: infer R } } ? Good<R> : never;
/** What a POST to that path answers. */
export type PostAnswer<P extends keyof paths> = paths[P] extends { post: { responses: infer R } } ? Good<R> : never;

/** '/jobs/{jobid}' with its parameters put in. */
export function fill(template: string, parameters: Record<string, string> = {}): string {
  return template.replace(/{(\w+)}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ''));
}
