// Requests: credentials, deadlines, and trying again where that is safe.
import { errorOf, TallymanError } from "./error.js";

export interface TallymanOptions {
  /** "http://127.0.0.1:8420" */
  baseUrl: string;
  /** Of a user (a JWT), or how to get one that is still good. */
  token?: string | (() => string | Promise<string>);
  /** Of a service. Not for browsers: whoever has it may spend. */
  apiKey?: string;
  /** Of problems' details: "en", "zh". */
  language?: string;
  /** Of one try, in milliseconds; a long poll has its waiting time on top. */
  timeoutMs?: number;
  /** How often it tries again; 0: never. */
  retries?: number;
  /** The longest pause between two tries; what is to take longer is an error at once. */
  longestPauseMs?: number;
  fetch?: typeof fetch;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

export interface Call extends CallOptions {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  query?: Record<string, string | number | undefined>;
  headers?: Record<string, string>;
  body?: unknown;
  /** Made for each try, in place of `body`. */
  makeBody?: () => Promise<unknown>;
  /** The same again has the same effect and the same answer. */
  repeatable: boolean;
  /** On top of the timeout; none: the answer has no end of its own. */
  extraMs?: number | undefined;
  stream?: boolean;
}

export class Transport {
  readonly #options: TallymanOptions;
  readonly #base: string;
  readonly #fetch: typeof fetch;

  constructor(options: TallymanOptions) {
    if ((options.token === undefined) === (options.apiKey === undefined)) {
      throw new TypeError("give either a token or an apiKey");
    }
    this.#options = options;
    this.#base = options.baseUrl.replace(/\/+$/, "");
    this.#fetch = options.fetch ?? ((...request) => globalThis.fetch(...request));
  }

  /** An answer that says yes (or 304), with its body unread. */
  async send(call: Call): Promise<Response> {
    const most = this.#options.retries ?? 4;
    for (let tried = 0; ; tried += 1) {
      try {
        return await this.#once(call);
      } catch (error) {
        const pauseMs = this.#pauseBefore(error, call, tried);
        if (tried >= most || pauseMs === undefined) {
          throw error;
        }
        await sleep(pauseMs, call.signal);
      }
    }
  }

  async json<T>(call: Call): Promise<T> {
    const response = await this.send(call);
    return (await response.json()) as T;
  }

  async #once(call: Call): Promise<Response> {
    call.signal?.throwIfAborted();
    const deadline = new Deadline(
      (this.#options.timeoutMs ?? 30_000) + (call.extraMs ?? 0),
      call.signal,
    );
    try {
      const given = call.makeBody === undefined ? call.body : await call.makeBody();
      const body = given === undefined ? {} : { body: JSON.stringify(given) };
      const response = await this.#fetch(this.#url(call), {
        method: call.method,
        headers: await this.#headers(call),
        signal: deadline.signal,
        ...body,
      });
      if (!response.ok && response.status !== 304) {
        throw await errorOf(response);
      }
      return call.stream === true || !hasBody(response) ? response : await whole(response);
    } catch (cause) {
      throw this.#told(cause, call, deadline);
    } finally {
      deadline.end(call.stream === true);
    }
  }

  #told(cause: unknown, call: Call, deadline: Deadline): unknown {
    if (cause instanceof TallymanError || call.signal?.aborted === true) {
      return call.signal?.aborted === true ? call.signal.reason : cause;
    }
    return deadline.passed
      ? new TallymanError("no answer in time", { code: "client_timeout", cause })
      : new TallymanError(`no answer: ${String(cause)}`, { code: "network", cause });
  }

  #url(call: Call): string {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) {
        query.set(name, String(value));
      }
    }
    const text = query.toString();
    return this.#base + call.path + (text === "" ? "" : `?${text}`);
  }

  async #headers(call: Call): Promise<Record<string, string>> {
    const { token, apiKey, language } = this.#options;
    const headers: Record<string, string> = { ...call.headers };
    if (token !== undefined) {
      headers["Authorization"] = `Bearer ${typeof token === "function" ? await token() : token}`;
    }
    if (apiKey !== undefined) {
      headers["X-Api-Key"] = apiKey;
    }
    if (language !== undefined) {
      headers["Accept-Language"] = language;
    }
    if (call.body !== undefined || call.makeBody !== undefined) {
      headers["Content-Type"] = "application/json";
    }
    return headers;
  }

  /** Undefined: it is not tried again. */
  #pauseBefore(error: unknown, call: Call, tried: number): number | undefined {
    if (!(error instanceof TallymanError) || !mayRepeat(error, call.repeatable)) {
      return undefined;
    }
    const longest = this.#options.longestPauseMs ?? 30_000;
    const asked = error.retryAfterMs ?? 0;
    const backoff = Math.min(longest, 200 * 2 ** tried) * (0.5 + Math.random() / 2);
    return asked > longest ? undefined : Math.max(asked, backoff);
  }
}

/** Whoever says 429 and when to come again has done nothing; all else may have happened. */
function mayRepeat(error: TallymanError, repeatable: boolean): boolean {
  const invited = error.retryAfterMs !== undefined;
  if (error.status === 429) {
    return invited;
  }
  const gateway = [502, 503, 504].includes(error.status) && error.problem === undefined;
  const lost = error.status === 0 || error.status === 408 || gateway;
  return repeatable && (lost || (error.status === 503 && invited));
}

function hasBody(response: Response): boolean {
  return response.status !== 204 && response.status !== 304;
}

/** Read within the deadline, so that a body that breaks off is tried again as well. */
async function whole(response: Response): Promise<Response> {
  const { status, statusText, headers } = response;
  return new Response(await response.arrayBuffer(), { status, statusText, headers });
}

/** A time limit and the caller's own signal in one. */
class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #outer: AbortSignal | undefined;
  readonly #follow = () => this.#controller.abort(this.#outer?.reason);
  passed = false;

  constructor(ms: number, outer: AbortSignal | undefined) {
    this.#outer = outer;
    outer?.addEventListener("abort", this.#follow);
    this.#timer = setTimeout(() => {
      this.passed = true;
      this.#controller.abort();
    }, ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What is read later still ends with the caller's signal. */
  end(goesOn: boolean): void {
    clearTimeout(this.#timer);
    if (!goesOn) {
      this.#outer?.removeEventListener("abort", this.#follow);
    }
  }
}

export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", stop, { once: true });
  });
}
