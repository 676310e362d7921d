// What a screen shows comes from a call: loading, there, or refused; asked again now and then.
import { useEffect, useRef, useState } from "preact/hooks";
import { Refusal } from "./api";

export interface Loaded<T> {
  data: T | undefined;
  error: Refusal | undefined;
  busy: boolean;
  reload: () => Promise<void>;
  put: (data: T) => void;
}

function asRefusal(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal(0, "internal", String(error));
}

// Asked anew when a value of `keys` changes, and every so many milliseconds if `every` says so (not
// while the page is hidden).
export function useLoad<T>(ask: () => Promise<T>, keys: unknown[], every = 0): Loaded<T> {
  const [state, setState] = useState<{ data?: T; error?: Refusal; busy: boolean }>({ busy: true });
  const turn = useRef(0);
  const reload = async () => {
    const mine = ++turn.current;
    setState((was) => ({ ...was, busy: true }));
    try {
      const data = await ask();
      if (mine === turn.current) setState({ data, busy: false });
    } catch (error) {
      if (mine === turn.current) setState((was) => ({ ...was, error: asRefusal(error), busy: false }));
    }
  };
  const latest = useRef(reload);
  latest.current = reload;
  useEffect(() => {
    setState({ busy: true });
    void latest.current();
    if (every === 0) return () => void (turn.current += 1);
    const timer = setInterval(() => document.hidden || void latest.current(), every);
    return () => {
      clearInterval(timer);
      turn.current += 1;
    };
  }, keys);
  const put = (data: T) => {
    turn.current += 1;
    setState({ data, busy: false });
  };
  return { data: state.data, error: state.error, busy: state.busy, reload, put };
}

// A list in pages by cursors: the first page, and more on demand.
export interface Pages<T> extends Loaded<T[]> {
  more: (() => Promise<void>) | undefined;
}

export function usePages<T>(
  ask: (cursor: string | undefined) => Promise<{ rows: T[]; next?: string | null }>,
  keys: unknown[],
): Pages<T> {
  const [next, setNext] = useState<string | null | undefined>(undefined);
  const [failed, setFailed] = useState<Refusal | undefined>(undefined);
  const first = useLoad(async () => {
    const page = await ask(undefined);
    setNext(page.next);
    setFailed(undefined);
    return page.rows;
  }, keys);
  const more = async () => {
    try {
      const page = await ask(next ?? undefined);
      first.put([...(first.data ?? []), ...page.rows]);
      setNext(page.next);
    } catch (error) {
      setFailed(asRefusal(error));
    }
  };
  return { ...first, error: first.error ?? failed, more: next ? more : undefined };
}

// What was asked for once and is the same everywhere.
const once = new Map<string, Promise<any>>();
export function useOnce<T>(key: string, ask: () => Promise<T>): T | undefined {
  const [data, setData] = useState<T | undefined>(undefined);
  useEffect(() => {
    if (!once.has(key)) {
      const asked = ask();
      once.set(key, asked);
      asked.catch(() => once.delete(key));
    }
    once.get(key)!.then(setData, () => undefined);
  }, [key]);
  return data;
}

export const forget = () => once.clear();
