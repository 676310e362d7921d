// A server that answers what it is told to, and keeps what it was asked.
import { Tallyman, type TallymanOptions } from "../src/index.js";

export interface Asked {
  method: string;
  url: URL;
  headers: Headers;
  body: unknown;
}

type Answer = Response | Error;

export class Fake {
  readonly asked: Asked[] = [];
  readonly #answers: Answer[];

  constructor(...answers: Answer[]) {
    this.#answers = answers;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const body = typeof init?.body === "string" ? (JSON.parse(init.body) as unknown) : undefined;
    this.asked.push({
      method: init?.method ?? "GET",
      url: new URL(String(input)),
      headers: new Headers(init?.headers),
      body,
    });
    const answer = this.#answers.shift();
    if (answer === undefined || answer instanceof Error) {
      throw answer ?? new Error("nothing more was to be asked");
    }
    return answer;
  };

  client(more: Partial<TallymanOptions> = {}): Tallyman {
    return new Tallyman({ baseUrl: "http://fake", apiKey: "tm_x", fetch: this.fetch, ...more });
  }
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}) {
  return new Response(JSON.stringify(value), { status, headers });
}

export function problem(status: number, code: string, more: object = {}, retryAfter?: string) {
  const facts = { type: "about:blank", title: "No", status, detail: "no", code, ...more };
  return json(status, facts, {
    "X-Request-Id": "q1",
    ...(retryAfter === undefined ? {} : { "Retry-After": retryAfter }),
  });
}

export function stream(...pieces: string[]): Response {
  const bytes = pieces.map((piece) => new TextEncoder().encode(piece));
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = bytes.shift();
      if (next === undefined) {
        controller.close();
      } else {
        controller.enqueue(next);
      }
    },
  });
  return new Response(body, { status: 200 });
}
