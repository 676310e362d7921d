// The one error that calls end with, whatever went wrong.
import type { FieldError, Problem, ProblemCode } from "./types.js";

/** Of the server, and what never got to it or came back from it. */
export type ErrorCode = ProblemCode | "network" | "client_timeout" | "bad_answer" | (string & {});

export class TallymanError extends Error {
  override readonly name = "TallymanError";
  /** For programs; stable. */
  readonly code: ErrorCode;
  /** Of HTTP; 0: there was no answer. */
  readonly status: number;
  /** Every field that was wrong. */
  readonly fields: readonly FieldError[];
  /** Find it in the server's log by this. */
  readonly requestId: string | undefined;
  /** When to try again, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** With all its facts: `required`, `balance`, … */
  readonly problem: Problem | undefined;

  constructor(
    message: string,
    facts: {
      code: ErrorCode;
      status?: number;
      requestId?: string | undefined;
      retryAfterMs?: number | undefined;
      problem?: Problem | undefined;
      cause?: unknown;
    },
  ) {
    super(message, { cause: facts.cause });
    this.code = facts.code;
    this.status = facts.status ?? 0;
    this.requestId = facts.requestId;
    this.retryAfterMs = facts.retryAfterMs;
    this.problem = facts.problem;
    const { field, errors } = facts.problem ?? {};
    const what = facts.problem?.detail ?? "";
    this.fields = errors ?? (field === undefined ? [] : [{ field, what }]);
  }
}

/** Of an answer that says no. Takes its body. */
export async function errorOf(response: Response): Promise<TallymanError> {
  const text = await response.text().catch(() => "");
  const problem = problemIn(text);
  return new TallymanError(problem?.detail ?? `${response.status} ${response.statusText}`, {
    code: problem?.code ?? "bad_answer",
    status: response.status,
    requestId: response.headers.get("x-request-id") ?? undefined,
    retryAfterMs: retryAfterMs(response.headers.get("retry-after")),
    problem,
  });
}

function problemIn(text: string): Problem | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const is = typeof value === "object" && value !== null && "code" in value && "detail" in value;
    return is ? (value as Problem) : undefined;
  } catch {
    return undefined;
  }
}

function retryAfterMs(header: string | null): number | undefined {
  if (header === null || header.trim() === "") {
    return undefined;
  }
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
