// Server-sent events over fetch, which unlike EventSource can send credentials.
import { TallymanError } from "./error.js";
import { sleep, type CallOptions, type Transport } from "./transport.js";
import { hasEnded, type JobEvent } from "./types.js";

interface RawEvent {
  id: string;
  event: string;
  data: string;
  retryMs: number | undefined;
}

/** Takes text in any pieces, gives whole events. */
export class EventParser {
  #rest = "";
  #id = "";
  #event = "";
  #data: string[] = [];
  #retryMs: number | undefined;

  *feed(text: string): Generator<RawEvent> {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.replace(/\r$/, "") === "") {
        yield* this.#flush();
      } else {
        this.#take(line.replace(/\r$/, ""));
      }
    }
  }

  *#flush(): Generator<RawEvent> {
    if (this.#data.length > 0 || this.#retryMs !== undefined) {
      const data = this.#data.join("\n");
      yield { id: this.#id, event: this.#event, data, retryMs: this.#retryMs };
    }
    this.#event = "";
    this.#data = [];
    this.#retryMs = undefined;
  }

  #take(line: string): void {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "id") {
      this.#id = value;
    } else if (name === "event") {
      this.#event = value;
    } else if (name === "data") {
      this.#data.push(value);
    } else if (name === "retry" && /^\d+$/.test(value)) {
      this.#retryMs = Number(value);
    }
  }
}

export interface EventOptions extends CallOptions {
  /** Go on after this event: the `id` of the last one that was seen. */
  lastEventId?: string | undefined;
}

interface Source {
  path: string;
  query: Record<string, string | undefined>;
  /** Of one job: there is an end. */
  ends: boolean;
}

/** Comes again where the connection is lost, after the last event that was given. */
export async function* eventsOf(
  transport: Transport,
  source: Source,
  options: EventOptions,
): AsyncGenerator<JobEvent, void, undefined> {
  let last = options.lastEventId;
  let pauseMs = 1_000;
  while (true) {
    const response = await transport.send({
      method: "GET",
      path: source.path,
      query: source.query,
      headers: last === undefined ? {} : { "Last-Event-ID": last },
      repeatable: true,
      stream: true,
      signal: options.signal,
    });
    if (response.status === 204) {
      return;
    }
    for await (const raw of eventsIn(response, options.signal)) {
      pauseMs = raw.retryMs ?? pauseMs;
      if (raw.data === "") {
        continue;
      }
      last = raw.id;
      const event = { id: raw.id, event: raw.event, data: JSON.parse(raw.data) } as JobEvent;
      yield event;
      if (source.ends && event.event === "state" && hasEnded(event.data)) {
        return;
      }
    }
    await sleep(pauseMs, options.signal);
  }
}

/** To the end of the connection, however it comes; only the caller's own signal is an error. */
async function* eventsIn(response: Response, signal?: AbortSignal): AsyncGenerator<RawEvent> {
  if (response.body === null) {
    throw new TallymanError("an answer without a body", { code: "bad_answer", status: 200 });
  }
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  try {
    while (true) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      signal?.throwIfAborted();
      if (done || value === undefined) {
        return;
      }
      yield* parser.feed(decoder.decode(value, { stream: true }));
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
