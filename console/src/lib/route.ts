// Where we are: the address's path and query. Links are real links.
import { Cell } from "./cell";

const here = () => ({ path: location.pathname.replace(/\/$/, "") || "/", query: new URLSearchParams(location.search) });
export const place = new Cell(here());

export function go(to: string, replace = false) {
  history[replace ? "replaceState" : "pushState"](null, "", to);
  place.value = here();
  if (!replace) window.scrollTo(0, 0);
}

addEventListener("popstate", () => {
  place.value = here();
});

// Clicks on our own links stay within the page.
addEventListener("click", (event) => {
  const link = (event.target as Element | null)?.closest?.("a");
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const inside = link.origin === location.origin && !link.target && !link.hasAttribute("download");
  if (!inside || link.pathname.startsWith("/api/") || link.hasAttribute("data-plain")) return;
  event.preventDefault();
  go(link.pathname + link.search);
});

// A value of the query, changed in place.
export function setQuery(name: string, value: string) {
  const query = new URLSearchParams(location.search);
  if (value === "") query.delete(name);
  else query.set(name, value);
  const text = query.toString();
  go(location.pathname + (text === "" ? "" : `?${text}`), true);
}
