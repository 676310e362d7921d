// A value that screens follow: the least that makes one.
import { useEffect, useState } from "preact/hooks";

export class Cell<T> {
  private readonly watchers = new Set<() => void>();
  constructor(private held: T) {}

  get value(): T {
    return this.held;
  }

  set value(next: T) {
    if (next === this.held) return;
    this.held = next;
    for (const watcher of [...this.watchers]) watcher();
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }
}

export function useCell<T>(cell: Cell<T>): T {
  const [, again] = useState(0);
  const shown = cell.value;
  useEffect(() => {
    const stop = cell.watch(() => again((n) => n + 1));
    if (cell.value !== shown) again((n) => n + 1); // it changed before anybody watched
    return stop;
  }, [cell]);
  return shown;
}
