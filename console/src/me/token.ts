// Who the user is: a token from the address's fragment, from the page around this one, or pasted.
// It stays in this page's memory.
import { turnedAway, use } from "../lib/api";
import { Cell } from "../lib/cell";
import { Live } from "../lib/live";

export const token = new Cell<string>("");
export const live = new Live("/api/events");

export function take(text: string) {
  live.end();
  use({ kind: "token", token: text });
  token.value = text;
  if (text !== "") live.start();
}

const variables = /^--(accent|accent-text|ground|card|text|dim|line|radius|font)$/;

// {type: "tallyman.token", token} and {type: "tallyman.theme", variables: {"--accent": "#…"}}, from
// the page that this one is framed by and from no other. Which pages may frame it the server says.
function hear(event: MessageEvent) {
  if (window.parent === window || event.source !== window.parent) return;
  const { type, token: text, variables: given } = event.data ?? {};
  if (type === "tallyman.token" && typeof text === "string") take(text);
  if (type !== "tallyman.theme" || typeof given !== "object" || given === null) return;
  for (const [name, value] of Object.entries(given)) {
    if (variables.test(name) && typeof value === "string" && !/url\(/i.test(value)) document.documentElement.style.setProperty(name, value);
  }
}

export function listen() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const given = fragment.get("token");
  if (given) {
    history.replaceState(null, "", location.pathname + location.search);
    take(given);
  }
  addEventListener("message", hear);
  if (window.parent !== window) window.parent.postMessage({ type: "tallyman.ready" }, "*");
  turnedAway.watch(() => {
    if (token.value !== "") take("");
    if (window.parent !== window) window.parent.postMessage({ type: "tallyman.token_wanted" }, "*");
  });
}
