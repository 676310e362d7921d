// Credits that a sister product adds and deducts, signed with its secret. Not for browsers: whoever
// has the secret moves anybody's credits.
import { TallymanError } from "./error.js";
import { newKey } from "./key.js";
import { Transport, type TallymanOptions } from "./transport.js";
import type { SyncBalance, Synced, SyncedBatch, SyncRecords, SyncResult } from "./types.js";

const mostItems = 1_000;

export interface CreditSyncOptions extends Omit<TallymanOptions, "token" | "apiKey"> {
  /** With the scope sync. */
  apiKey: string;
  /** Of the source. */
  secretKey: string;
  source: string;
}

export interface SyncChange {
  telegramId: string | number;
  /** Below zero: to be deducted. */
  amount: number;
  reason?: string;
  /** One reference, one effect, for ever; without one the tries of one call share one. */
  externalReference?: string;
}

/** What became of a call. A refusal is a result, too: `data.code` says why. */
export interface SyncOutcome<T> {
  success: boolean;
  /** What the user can spend after it, where that is known. */
  balance: number | undefined;
  /** For people. */
  message: string;
  data: T | { code: string; status: number };
}

interface Item {
  telegram_id: string;
  amount: number;
  reason: string;
  external_reference: string;
}

export class CreditSyncClient {
  readonly #transport: Transport;
  readonly #secret: string;
  readonly #source: string;

  constructor(options: CreditSyncOptions) {
    const { secretKey, source, ...rest } = options;
    if (secretKey === "" || source === "") {
      throw new TypeError("secretKey and source are needed");
    }
    this.#transport = new Transport(rest);
    this.#secret = secretKey;
    this.#source = source;
  }

  /** `amount` is more than zero. */
  addCredits(
    telegramId: string | number,
    amount: number,
    reason = "",
    externalReference?: string,
  ): Promise<SyncOutcome<Synced>> {
    return this.#change(itemOf(telegramId, positive(amount), reason, externalReference));
  }

  /** All or nothing; `amount` is more than zero. */
  deductCredits(
    telegramId: string | number,
    amount: number,
    reason = "",
    externalReference?: string,
  ): Promise<SyncOutcome<Synced>> {
    return this.#change(itemOf(telegramId, -positive(amount), reason, externalReference));
  }

  getBalance(telegramId: string | number): Promise<SyncOutcome<SyncBalance>> {
    return this.#look<SyncBalance>("balance", telegramId, {}, (answer) => answer.credits);
  }

  /** The newest changes, in `data.records`. */
  getRecords(telegramId: string | number, limit = 50): Promise<SyncOutcome<SyncRecords>> {
    return this.#look<SyncRecords>("records", telegramId, { limit }, () => undefined);
  }

  /** Each stands alone: `data.results` has one for each, in order; `success` is that of all. */
  async batchSync(changes: readonly SyncChange[]): Promise<SyncOutcome<SyncedBatch>> {
    const items = changes.map((one) =>
      itemOf(one.telegramId, one.amount, one.reason ?? "", one.externalReference),
    );
    const results: SyncResult[] = [];
    for (let begin = 0; begin < items.length; begin += mostItems) {
      results.push(...(await this.#batch(items.slice(begin, begin + mostItems))));
    }
    const failed = results.filter((one) => !one.success).length;
    const done = results.length - failed;
    return {
      success: failed === 0,
      balance: undefined,
      message: `${done} done, ${failed} failed`,
      data: { success: done, failed, results },
    };
  }

  async #batch(items: readonly Item[]): Promise<SyncResult[]> {
    const makeBody = async () => ({
      source: this.#source,
      items: await Promise.all(items.map((item) => this.#signed(item))),
    });
    const path = "/api/credits/sync/batch";
    try {
      const call = { method: "POST", path, makeBody, repeatable: true } as const;
      return (await this.#transport.json<SyncedBatch>(call)).results;
    } catch (error) {
      const { message, data } = refused(error);
      return items.map(({ telegram_id }) => ({ success: false, telegram_id, message, ...data }));
    }
  }

  #change(item: Item): Promise<SyncOutcome<Synced>> {
    const makeBody = async () => ({ source: this.#source, ...(await this.#signed(item)) });
    const call = { method: "POST", path: "/api/credits/sync", makeBody, repeatable: true } as const;
    return outcome(this.#transport.json<Synced>(call), (answer) => answer.balance);
  }

  #look<T>(
    what: string,
    telegramId: string | number,
    query: Record<string, number>,
    balanceOf: (answer: T) => number | undefined,
  ): Promise<SyncOutcome<T>> {
    const path = `/api/credits/sync/${what}/${encodeURIComponent(telegramId)}`;
    const asked = { source: this.#source, ...query };
    const call = { method: "GET", path, query: asked, repeatable: true } as const;
    return outcome(this.#transport.json<T>(call), balanceOf);
  }

  /** Of now: each try is signed anew, under the one reference. */
  async #signed(item: Item) {
    const timestamp = Math.floor(Date.now() / 1000);
    const text = `${item.telegram_id}:${item.amount}:${this.#source}:${timestamp}`;
    return { ...item, timestamp, token: await hmac(this.#secret, text) };
  }
}

async function outcome<T>(
  answer: Promise<T>,
  balanceOf: (answer: T) => number | undefined,
): Promise<SyncOutcome<T>> {
  try {
    const data = await answer;
    const { message = "" } = data as { message?: string };
    return { success: true, balance: balanceOf(data), message, data };
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown) {
  if (!(error instanceof TallymanError)) {
    throw error;
  }
  const { message, code, status, problem } = error;
  return { success: false, balance: undefined, message, data: { ...problem, code, status } };
}

function itemOf(
  telegramId: string | number,
  amount: number,
  reason: string,
  reference: string | undefined,
): Item {
  if (!Number.isSafeInteger(amount) || amount === 0) {
    throw new TypeError(`amount: expected a whole number other than 0, got ${amount}`);
  }
  const external_reference = reference ?? newKey();
  return { telegram_id: String(telegramId), amount, reason, external_reference };
}

function positive(amount: number): number {
  if (!(amount > 0)) {
    throw new TypeError(`amount: expected a whole number above 0, got ${amount}`);
  }
  return amount;
}

/** Node 18 has it in a module only. */
async function subtle(): Promise<SubtleCrypto> {
  const crypto = (globalThis as { crypto?: Crypto }).crypto;
  return crypto?.subtle ?? (await import("node:crypto")).webcrypto.subtle as SubtleCrypto;
}

async function hmac(secret: string, text: string): Promise<string> {
  const crypto = await subtle();
  const bytes = (of: string) => new TextEncoder().encode(of);
  const how = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.importKey("raw", bytes(secret), how, false, ["sign"]);
  const made = new Uint8Array(await crypto.sign("HMAC", key, bytes(text)));
  return Array.from(made, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
