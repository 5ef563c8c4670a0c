// For what is not pushed, because it does not change or because somebody asks for it: the job manager's configuration,
// rows of a state.
import { useEffect, useState } from 'react';
import { ApiError, ask } from './ask';
import type { Live } from './live';

/** What `get` answers, asked once; `key` says what is asked for. */
export function useAsked<T>(key: string, get: (key: string, signal: AbortSignal) => Promise<T>): Live<T> {
  const [state, setState] = useState<Live<T> & { of: string | null }>({ of: null, value: undefined, error: undefined });
  useEffect(() => {
    const abort = new AbortController();
    get(key, abort.signal).then(
      (value) => setState({ of: key, value, error: undefined }),
      (thrown: unknown) => {
        if (abort.signal.aborted) return;
        setState({ of: key, value: undefined, error: thrown instanceof ApiError ? thrown : new ApiError(0, String(thrown)) });
      },
    );
    return () => abort.abort();
  }, [key, get]);
  return state.of === key ? state : { value: undefined, error: undefined };
}

export const getJson = <T>(path: string, signal: AbortSignal) => ask<T>('GET', path, undefined, signal);
