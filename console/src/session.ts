// Who is signed in, and what they may do.
import { call, get, type Refusal, turnedAway, use } from "./lib/api";
import { Cell } from "./lib/cell";
import { Live } from "./lib/live";
import { forget } from "./lib/load";

export interface Session {
  name: string;
  key?: number;
  scopes: string[];
  until?: number;
}

export const session = new Cell<Session | null | undefined>(undefined);
export const live = new Live("/api/events");

export const mayAct = () => session.value?.scopes.includes("admin") ?? false;

function begin(who: Session) {
  session.value = who;
  live.start();
}

// Why it can't be told yet who is signed in.
export const trouble = new Cell<Refusal | undefined>(undefined);

// Whether the cookie of an earlier visit still holds; asked again until there is an answer.
export async function resume() {
  try {
    begin(await get("/api/session"));
    trouble.value = undefined;
  } catch (problem) {
    const refusal = problem as Refusal;
    if (refusal.status === 401 || refusal.status === 403) {
      session.value = null;
      return;
    }
    trouble.value = refusal;
    setTimeout(() => void resume(), 2000);
  }
}

export async function signIn(key: string, remember: boolean) {
  if (remember) {
    use({ kind: "cookie" });
    begin(await call("POST", "/api/session", { key }));
    return;
  }
  use({ kind: "key", key });
  try {
    const who: Session = await get("/api/session");
    await get("/api/admin/overview");
    begin(who);
  } catch (problem) {
    use({ kind: "cookie" });
    throw problem;
  }
}

export async function signOut() {
  live.end();
  try {
    await call("DELETE", "/api/session");
  } finally {
    use({ kind: "cookie" });
    forget();
    session.value = null;
  }
}

turnedAway.watch(() => {
  live.end();
  if (session.value) session.value = null;
});
