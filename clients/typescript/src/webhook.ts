// Messages of Tallyman, believed only where their signature is right.

/** What a receiver is told; see docs/webhooks.md. */
export interface WebhookMessage {
  id: string;
  type: string;
  created_at: number;
  user_id?: string;
  data: Record<string, unknown>;
}

export interface VerifyOptions {
  /** How old a signature may be, and how far ahead, in seconds; 300. */
  tolerance?: number;
  /** Milliseconds since the epoch; the clock's. */
  now?: number;
}

/** It is not from Tallyman, or it is too old. */
export class NotGenuine extends Error {
  override readonly name = "NotGenuine";
}

async function hmac(secret: string, text: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, [
    "sign",
  ]);
  const bytes = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Takes as long wherever they differ. */
function same(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < b.length; ++at) {
    difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  }
  return difference === 0;
}

/**
 * The message in `body`, the text as it came. `signature` is the header Tallyman-Signature; several
 * secrets may be given while one is rotated. Throws NotGenuine.
 */
export async function verifyWebhook(
  body: string,
  signature: string | null | undefined,
  secret: string | readonly string[],
  options: VerifyOptions = {},
): Promise<WebhookMessage> {
  const secrets = typeof secret === "string" ? [secret] : secret;
  if (secrets.length === 0 || secrets.includes("")) {
    throw new TypeError("a secret is needed");
  }
  const parts = (signature ?? "").split(",").map((part) => part.trim());
  const at = parts.find((part) => part.startsWith("t="))?.slice(2) ?? "";
  if (!/^[0-9]+$/.test(at)) {
    throw new NotGenuine("there is no signature");
  }
  const now = options.now ?? Date.now();
  if (!(Math.abs(now / 1000 - Number(at)) <= (options.tolerance ?? 300))) {
    throw new NotGenuine("the signature is too old, or from the future");
  }
  const given = parts.filter((part) => part.startsWith("v1=")).map((part) => part.slice(3));
  let right = false;
  for (const each of secrets) {
    const expected = await hmac(each, `${at}.${body}`);
    right = given.map((one) => same(one, expected)).includes(true) || right;
  }
  if (!right) {
    throw new NotGenuine("the signature is not right");
  }
  return JSON.parse(body) as WebhookMessage;
}
