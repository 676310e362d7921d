// Numbers and times as people read them, in the viewer's language and zone. Credits are exact.
import type { Int } from "./json";
import { language, tr } from "./look";

const locale = () => (language.value === "zh" ? "zh-CN" : "en-GB");

export function credits(amount: Int | null | undefined): string {
  if (amount === null || amount === undefined) return "–";
  return new Intl.NumberFormat(locale()).format(amount).replace("-", "−");
}

// "+5", "−10"; nothing is "0".
export function signed(amount: Int): string {
  return amount > 0 ? `+${credits(amount)}` : credits(amount);
}

export function count(n: Int): string {
  return new Intl.NumberFormat(locale()).format(n);
}

// 123456 -> "1,234.56"
export function money(fen: Int, currency = "CNY"): string {
  const whole = BigInt(fen);
  const size = whole < 0n ? -whole : whole;
  const cents = (size % 100n).toString().padStart(2, "0");
  const sign = currency === "CNY" ? "¥" : `${currency} `;
  return `${whole < 0n ? "−" : ""}${sign}${new Intl.NumberFormat(locale()).format(size / 100n)}.${cents}`;
}

const two = (n: number) => String(n).padStart(2, "0");

export function day(at: number): string {
  const d = new Date(at);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}

export function clock(at: number, millis = false): string {
  const d = new Date(at);
  const text = `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
  return millis ? `${text}.${String(d.getMilliseconds()).padStart(3, "0")}` : text;
}

// Today's by the clock, others with their day.
export function time(at: number | null | undefined): string {
  if (at === null || at === undefined) return "–";
  return day(at) === day(Date.now()) ? clock(at) : `${day(at)} ${clock(at)}`;
}

export function fullTime(at: number): string {
  return `${day(at)} ${clock(at, true)}`;
}

export function span(ms: number): string {
  const s = Math.abs(ms) / 1000;
  if (s < 1) return `${Math.round(Math.abs(ms))} ms`;
  if (s < 60) return `${s < 10 ? s.toFixed(1) : Math.round(s)} s`;
  const pair = (whole: number, unit: string, rest: number, less: string) => (rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${less}`);
  if (s < 3600) return pair(Math.floor(s / 60), "min", Math.floor(s % 60), "s");
  if (s < 172800) return pair(Math.floor(s / 3600), "h", Math.floor((s % 3600) / 60), "min");
  return tr("{n} days", "{n} 天", { n: Math.floor(s / 86400) });
}

// Seen from `now`: "3 min ago", "in 5 days".
export function ago(at: number, now = Date.now()): string {
  const away = at - now;
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ["day", 86400e3],
    ["hour", 3600e3],
    ["minute", 60e3],
    ["second", 1e3],
  ];
  const words = new Intl.RelativeTimeFormat(locale(), { numeric: "auto", style: "short" });
  for (const [unit, size] of steps) {
    if (Math.abs(away) >= size || unit === "second") return words.format(Math.round(away / size), unit);
  }
  return "";
}

export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  if (n < 1048576) return `${(n / 1024).toFixed(1)} KiB`;
  return `${(n / 1048576).toFixed(1)} MiB`;
}
