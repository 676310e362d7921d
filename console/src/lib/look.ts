// Language, theme: remembered by the browser; the system's where nobody chose.
import { Cell } from "./cell";

export type Language = "en" | "zh";
export type Theme = "light" | "dark";

// A browser that keeps nothing for us is no reason to fail.
function kept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function keep(name: string, value: string) {
  try {
    localStorage.setItem(name, value);
  } catch {
    return;
  }
}

const asked = new URLSearchParams(location.search);
const wanted = asked.get("lang") ?? kept("tallyman.language") ?? navigator.language;
export const language = new Cell<Language>(wanted.startsWith("zh") ? "zh" : "en");

const dark = matchMedia("(prefers-color-scheme: dark)");
const chosen = asked.get("theme") ?? kept("tallyman.theme");
export const theme = new Cell<Theme>(
  chosen === "dark" || chosen === "light" ? chosen : dark.matches ? "dark" : "light",
);

function show() {
  document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
  document.documentElement.dataset.theme = theme.value;
}

export function setLanguage(next: Language) {
  language.value = next;
  keep("tallyman.language", next);
  show();
}

export function setTheme(next: Theme) {
  theme.value = next;
  keep("tallyman.theme", next);
  show();
}

show();

// The same in both languages: tr("Jobs", "任务"). {name} is put in from `facts`.
export function tr(en: string, zh: string, facts?: Record<string, unknown>): string {
  const text = language.value === "zh" ? zh : en;
  return facts ? text.replace(/\{(\w+)\}/g, (whole, name) => String(facts[name] ?? whole)) : text;
}
