// Calls to the server that this page came from. Who calls is a cookie that scripts can't see, or a
// key or token that this tab keeps in memory.
import { Cell } from "./cell";
import { parse, write } from "./json";
import { language, tr } from "./look";

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly facts: Record<string, any> = {},
  ) {
    super(message);
  }
}

type Credentials = { kind: "cookie" } | { kind: "key"; key: string } | { kind: "token"; token: string };

let credentials: Credentials = { kind: "cookie" };
export const use = (next: Credentials) => {
  credentials = next;
};

// Counts how often the server said that it does not know us (any more).
export const turnedAway = new Cell(0);

export function headers(): Record<string, string> {
  const all: Record<string, string> = {
    "X-Tallyman-Console": "1",
    "Accept-Language": language.value === "zh" ? "zh-CN" : "en",
  };
  if (credentials.kind === "key") all["X-Api-Key"] = credentials.key;
  if (credentials.kind === "token") all.Authorization = `Bearer ${credentials.token}`;
  return all;
}

// The cookie of an operator must not speak for a user.
export const cookies = (): RequestCredentials =>
  credentials.kind === "cookie" ? "same-origin" : "omit";

async function refusalOf(response: Response): Promise<Refusal> {
  let facts: Record<string, any> = {};
  try {
    facts = parse(await response.text());
  } catch {
    facts = {};
  }
  const detail = facts.detail ?? `${response.status} ${response.statusText}`;
  return new Refusal(response.status, facts.code ?? "", detail, facts);
}

export async function call(method: string, path: string, body?: unknown): Promise<any> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? headers() : { ...headers(), "Content-Type": "application/json" },
      body: body === undefined ? undefined : write(body),
      credentials: cookies(),
      cache: "no-store",
    });
  } catch {
    throw new Refusal(0, "offline", tr("The server can't be reached.", "无法连接服务器。"));
  }
  if (!response.ok) {
    const refusal = await refusalOf(response);
    if (refusal.status === 401 && !path.startsWith("/api/session")) turnedAway.value += 1;
    throw refusal;
  }
  const text = await response.text();
  const json = (response.headers.get("Content-Type") ?? "").includes("json");
  return text === "" ? null : json ? parse(text) : text;
}

export const get = (path: string) => call("GET", path);
export const post = (path: string, body?: unknown) => call("POST", path, body);

// "?a=1&b=2" of what is there.
export function query(values: Record<string, string | number | undefined | null>): string {
  const given = Object.entries(values).filter(([, v]) => v !== undefined && v !== null && v !== "");
  const text = new URLSearchParams(given.map(([k, v]) => [k, String(v)])).toString();
  return text === "" ? "" : `?${text}`;
}

export const part = (text: string) => encodeURIComponent(text);

// A reference for one press of a button: sent again, it has no second effect.
export function reference(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `console-${[...bytes].map((b) => b.toString(16).padStart(2, "0")).join("")}`;
}
