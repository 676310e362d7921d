// The calls. Each is one request, but for those that wait or go through pages.
import { TallymanError } from "./error.js";
import { eventsOf, type EventOptions } from "./events.js";
import { newKey } from "./key.js";
import { sleep, Transport, type CallOptions, type TallymanOptions } from "./transport.js";
import * as types from "./types.js";

const longestPollS = 30;

export class Tallyman {
  readonly #transport: Transport;

  constructor(options: TallymanOptions) {
    this.#transport = new Transport(options);
  }

  /** Without an idempotency key it gets one, so that a try whose answer is lost is safe to repeat. */
  enqueue(request: types.JobRequest, options: CallOptions = {}): Promise<types.Job> {
    return this.#write("POST", "/api/jobs", withKey(request), true, options);
  }

  /** Up to 1,000 jobs; each stands alone, and so do the results, in the same order. */
  async enqueueBatch(
    requests: readonly types.JobRequest[],
    options: CallOptions = {},
  ): Promise<(types.BatchTaken | types.BatchRefused)[]> {
    const body = { jobs: requests.map(withKey) };
    const answer = await this.#write<{ results: (types.BatchTaken | types.BatchRefused)[] }>(
      "POST",
      "/api/jobs/batch",
      body,
      true,
      options,
    );
    return answer.results;
  }

  get(id: string, options: CallOptions = {}): Promise<types.Job> {
    return this.#read(jobPath(id), {}, options);
  }

  /** The job at its end, however that is: look at its `state`. Gives up after `timeoutMs`, with the
   * job as it is then. */
  async wait(
    id: string,
    options: CallOptions & { timeoutMs?: number; onChange?: (job: types.Job) => void } = {},
  ): Promise<types.Job> {
    const until = Date.now() + (options.timeoutMs ?? Infinity);
    let { job, tag } = await this.#look(id, 0, undefined, options);
    while (job !== undefined && !types.hasEnded(job) && Date.now() < until) {
      const seconds = Math.min(longestPollS, Math.max(1, Math.ceil((until - Date.now()) / 1000)));
      const began = Date.now();
      const seen = await this.#look(id, seconds, tag, options);
      tag = seen.tag ?? tag;
      if (seen.job !== undefined) {
        job = seen.job;
        options.onChange?.(job);
      } else if (Date.now() - began < 500) {  // something between here and there does not wait
        await sleep(500, options.signal);
      }
    }
    if (job === undefined) {
      throw new TallymanError("304 to no question", { code: "bad_answer", status: 304 });
    }
    return job;
  }

  /** Not tried again where the answer is lost: the job may be cancelled by then. */
  cancel(id: string, options: CallOptions = {}): Promise<types.Job> {
    return this.#write("POST", `${jobPath(id)}/cancel`, undefined, false, options);
  }

  /** A new charge, so that it is not tried again where the answer is lost. */
  retry(id: string, options: CallOptions = {}): Promise<types.Job> {
    return this.#write("POST", `${jobPath(id)}/retry`, undefined, false, options);
  }

  explain(id: string, options: CallOptions = {}): Promise<types.Story> {
    return this.#read(`${jobPath(id)}/explain`, {}, options);
  }

  /** What the job made; its body is to be read, or cancelled. */
  result(id: string, options: CallOptions & { range?: string } = {}): Promise<Response> {
    return this.#transport.send({
      method: "GET",
      path: `${jobPath(id)}/result`,
      headers: options.range === undefined ? {} : { Range: options.range },
      repeatable: true,
      stream: true,
      signal: options.signal,
    });
  }

  /** All of them, newest first; pages are fetched as they are needed. */
  list(filter: types.JobFilter = {}, options: CallOptions = {}): AsyncGenerator<types.Job> {
    return this.#pages("/api/jobs", { ...filter }, "jobs", options);
  }

  /** Of one job, to its end. */
  events(id: string, options?: EventOptions): AsyncGenerator<types.JobEvent, void, undefined>;
  /** Of all jobs of the user (of a service: of the user that it names, or of all), without an end. */
  events(
    subject?: { user_id?: string },
    options?: EventOptions,
  ): AsyncGenerator<types.JobEvent, void, undefined>;
  events(subject: string | { user_id?: string } = {}, options: EventOptions = {}) {
    const source =
      typeof subject === "string"
        ? { path: `${jobPath(subject)}/events`, query: {}, ends: true }
        : { path: "/api/events", query: { user_id: subject.user_id }, ends: false };
    return eventsOf(this.#transport, source, options);
  }

  balance(userId: string, options: CallOptions = {}): Promise<types.Balance> {
    return this.#read(ofUser("/api/credits/balance", userId), {}, options);
  }

  /** All entries, newest first; pages are fetched as they are needed. */
  history(
    userId: string,
    options: CallOptions & { limit?: number } = {},
  ): AsyncGenerator<types.Entry> {
    const query = { limit: options.limit };
    return this.#pages(ofUser("/api/credits/history", userId), query, "history", options);
  }

  stats(
    userId: string,
    options: CallOptions & { from?: string | number; to?: string | number } = {},
  ): Promise<types.Stats> {
    const query = { from: options.from, to: options.to };
    return this.#read(ofUser("/api/credits/stats", userId), query, options);
  }

  account(userId: string, options: CallOptions = {}): Promise<types.Account> {
    return this.#read(ofUser("/api/accounts", userId), {}, options);
  }

  /** Opens the account where it is not there yet. */
  putAccount(
    userId: string,
    facts: types.AccountFacts = {},
    options: CallOptions = {},
  ): Promise<types.AccountPut> {
    return this.#write("PUT", ofUser("/api/accounts", userId), facts, true, options);
  }

  /** Tried again where the answer is lost only with a `reference`: then it has one effect. */
  consume(request: types.ConsumeRequest, options: CallOptions = {}): Promise<types.Consumed> {
    const safe = isGiven(request.reference);
    return this.#write("POST", "/api/credits/consume", request, safe, options);
  }

  /** One order, one effect. */
  recharge(request: types.RechargeRequest, options: CallOptions = {}): Promise<types.Recharged> {
    return this.#write("POST", "/api/credits/recharge", request, true, options);
  }

  cost(request: types.CostRequest, options: CallOptions = {}): Promise<types.Cost> {
    return this.#write("POST", "/api/points/cost", request, true, options);
  }

  /** As `consume`, priced by the book. */
  consumePoints(request: types.PointsRequest, options: CallOptions = {}): Promise<types.Consumed> {
    const safe = isGiven(request.reference);
    return this.#write("POST", "/api/points/consume", request, safe, options);
  }

  prices(options: CallOptions = {}): Promise<types.PriceBook> {
    return this.#read("/api/points/prices", {}, options);
  }

  /** Without a job: it is still the one with that tag. */
  async #look(id: string, seconds: number, tag: string | undefined, { signal }: CallOptions) {
    const response = await this.#transport.send({
      method: "GET",
      path: jobPath(id),
      query: { wait: seconds === 0 ? undefined : seconds },
      headers: tag === undefined ? {} : { "If-None-Match": tag },
      repeatable: true,
      extraMs: seconds * 1000,
      signal,
    });
    return {
      job: response.status === 304 ? undefined : ((await response.json()) as types.Job),
      tag: response.headers.get("etag") ?? undefined,
    };
  }

  #read<T>(path: string, query: Query, { signal }: CallOptions): Promise<T> {
    return this.#transport.json<T>({ method: "GET", path, query, repeatable: true, signal });
  }

  #write<T>(
    method: "POST" | "PUT",
    path: string,
    body: unknown,
    repeatable: boolean,
    { signal }: CallOptions,
  ): Promise<T> {
    return this.#transport.json<T>({ method, path, body, repeatable, signal });
  }

  async *#pages<T, Name extends string>(
    path: string,
    query: Query,
    name: Name,
    options: CallOptions,
  ): AsyncGenerator<T> {
    type Page = Record<Name, T[]> & { next_cursor?: string | null };
    let cursor: string | undefined;
    do {
      const page: Page = await this.#read<Page>(path, { ...query, cursor }, options);
      yield* page[name];
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
  }
}

type Query = Record<string, string | number | undefined>;

function jobPath(id: string): string {
  return `/api/jobs/${encodeURIComponent(id)}`;
}

function ofUser(path: string, userId: string): string {
  return `${path}/${encodeURIComponent(userId)}`;
}

function isGiven(text: string | undefined): boolean {
  return text !== undefined && text !== "";
}

function withKey(request: types.JobRequest): types.JobRequest {
  return isGiven(request.idempotency_key) ? request : { ...request, idempotency_key: newKey() };
}
