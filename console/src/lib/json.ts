// JSON without lossy numbers: whole numbers that a double can't hold are read as bigint.
export type Int = number | bigint;

const long = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

// The tag is new for each text, so no text from outside can pass for a number.
export function parse(text: string): any {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  const tag = `#${Math.random().toString(36).slice(2)}#`;
  const safe = text.replace(long, (found) =>
    found[0] === '"' || Number.isSafeInteger(Number(found)) ? found : `"${tag}${found}"`,
  );
  return JSON.parse(safe, (_, value) =>
    typeof value === "string" && value.startsWith(tag) ? BigInt(value.slice(tag.length)) : value,
  );
}

export function write(value: unknown): string {
  const tag = `#${Math.random().toString(36).slice(2)}#`;
  const text = JSON.stringify(value, (_, v) => (typeof v === "bigint" ? `${tag}${v}${tag}` : v));
  return text.replaceAll(`"${tag}`, "").replaceAll(`${tag}"`, "");
}

// For people: two spaces deep.
export function pretty(value: unknown): string {
  const tag = `#${Math.random().toString(36).slice(2)}#`;
  const text = JSON.stringify(value, (_, v) => (typeof v === "bigint" ? `${tag}${v}${tag}` : v), 2);
  return (text ?? "").replaceAll(`"${tag}`, "").replaceAll(`${tag}"`, "");
}
