import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { isAbort, messageOf, Problem } from '../api/problem';
import { useApp } from './context';

export interface Loaded<T> {
  /** What was loaded last; stays while it is loaded again. */
  value: T | undefined;
  error: string;
  /** Of the error, if the server gave it one. */
  status: number;
  reload: () => void;
  /** Puts a value in place, such as one that an event brought. */
  set: (value: T) => void;
}

/** Loads something when `key` changes, when `reload` is called, and when the server is back after it was away. */
export function useLoaded<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const { connection } = useApp();
  const [state, setState] = useState<{ key: string; value?: T; error: string; status: number }>({
    key,
    error: '',
    status: 0,
  });
  const [turn, setTurn] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  const recoveries = connection.recoveries.value;
  useEffect(() => {
    const stop = new AbortController();
    latest.current(stop.signal).then(
      (value) => {
        if (!stop.signal.aborted) setState({ key, value, error: '', status: 200 });
      },
      (error: unknown) => {
        if (stop.signal.aborted || isAbort(error)) return;
        const status = error instanceof Problem ? error.status : 0;
        setState((old) => ({
          key,
          error: messageOf(error),
          status,
          ...(old.key === key && old.value !== undefined && { value: old.value }),
        }));
      },
    );
    return () => stop.abort();
  }, [key, turn, recoveries]);
  const reload = useCallback(() => setTurn((old) => old + 1), []);
  const set = useCallback((value: T) => setState({ key, value, error: '', status: 200 }), [key]);
  const isCurrent = state.key === key;
  return {
    value: isCurrent ? state.value : undefined,
    error: isCurrent ? state.error : '',
    status: isCurrent ? state.status : 0,
    reload,
    set,
  };
}

/** Calls `task` each `ms` while `active`; not while the tab is hidden. */
export function useInterval(task: () => void, ms: number, active: boolean): void {
  const latest = useRef(task);
  latest.current = task;
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => {
      if (!document.hidden) latest.current();
    }, ms);
    return () => clearInterval(timer);
  }, [ms, active]);
}
