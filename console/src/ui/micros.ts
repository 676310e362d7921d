// Costs of providers.
import { count, money } from "../lib/format";
import type { Int } from "../lib/json";

// Millionths of a currency, to the cent where that says it all.
export function micros(amount: Int | undefined, currency = ""): string {
  if (amount === undefined) return "–";
  const whole = BigInt(amount);
  if (whole % 10000n === 0n) return money(whole / 10000n, currency);
  const size = whole < 0n ? -whole : whole;
  const rest = (size % 1000000n).toString().padStart(6, "0").replace(/0+$/, "");
  return `${whole < 0n ? "−" : ""}${currency === "CNY" ? "¥" : `${currency} `}${count(size / 1000000n)}.${rest}`;
}
