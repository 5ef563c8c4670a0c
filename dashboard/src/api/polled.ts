// For what is not pushed: files of a log, metrics asked for by name, the job manager's configuration.
import { useEffect, useState } from 'react';
import { ApiError, ask, request } from './ask';
import type { Live } from './live';

/** What `get` answers, asked anew `every` ms after each answer; 0: once. `key` says what is asked for. */
export function usePolled<T>(key: string | null, get: (key: string, signal: AbortSignal) => Promise<T>, every: number): Live<T> {
  const [state, setState] = useState<Live<T> & { of: string | null }>({ of: null, value: undefined, error: undefined });
  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const turn = async () => {
      try {
        const value = await get(key, abort.signal);
        setState({ of: key, value, error: undefined });
      } catch (thrown) {
        if (abort.signal.aborted) return;
        const error = thrown instanceof ApiError ? thrown : new ApiError(0, String(thrown));
        setState((last) => ({ of: key, value: last.of === key ? last.value : undefined, error }));
      }
      if (every > 0 && !abort.signal.aborted) timer = setTimeout(() => void turn(), every);
    };
    void turn();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [key, get, every]);
  return state.of === key ? state : { value: undefined, error: undefined };
}

export const getText = async (path: string, signal: AbortSignal) => (await request('GET', path, undefined, signal)).text();
export const getJson = <T>(path: string, signal: AbortSignal) => ask<T>('GET', path, undefined, signal);
