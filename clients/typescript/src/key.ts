// Idempotency keys.

/** Unlike any other; not a secret, so that where there is no crypto (Node 18) chance will do. */
export function newKey(): string {
  const bytes = new Uint8Array(16);
  const crypto = (globalThis as { crypto?: Crypto }).crypto;
  if (crypto === undefined) {
    bytes.forEach((_, at) => (bytes[at] = Math.floor(Math.random() * 256)));
  } else {
    crypto.getRandomValues(bytes);
  }
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
