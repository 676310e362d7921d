// A sister product's calls, against a running server (as server.test.ts) and against a fake one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CreditSyncClient, type CreditSyncOptions } from "../src/index.js";
import { Fake } from "./fake.js";

const baseUrl = process.env["TALLYMAN_URL"] ?? "";
const apiKey = process.env["TALLYMAN_KEY"] ?? "";
assert.notEqual(baseUrl, "", "TALLYMAN_URL is not set");

function client(more: Partial<CreditSyncOptions> = {}) {
  return new CreditSyncClient({ baseUrl, apiKey, secretKey: "s3cret", source: "ts", ...more });
}

async function register() {
  const answer = await fetch(`${baseUrl}/api/admin/sync/sources`, {
    method: "POST",
    headers: { "X-Api-Key": apiKey },
    body: JSON.stringify({ source: "ts", secret: "s3cret" }),
  });
  assert.equal(answer.status, 200);
}

function yes(body: unknown) {
  return new Response(JSON.stringify(body), { status: 200 });
}

test("credits are added, deducted and looked at", async () => {
  await register();
  const added = await client().addCredits(77, 100, "check-in", "ts-1");
  assert.equal(added.success, true);
  assert.equal(added.balance, 620);
  assert.equal((await client().addCredits(77, 100, "check-in", "ts-1")).balance, 620);
  assert.equal((await client().deductCredits("77", 20)).balance, 600);
  assert.equal((await client().getBalance(77)).balance, 600);
  const { data } = await client().getRecords(77, 1);
  assert.ok("records" in data);
  assert.equal(data.records[0]?.change, -20);
});

test("a refusal is a result", async () => {
  await register();
  const poor = await client().deductCredits(78, 999_999);
  assert.equal(poor.success, false);
  assert.ok("code" in poor.data);
  assert.equal(poor.data.code, "insufficient_credits");
  const wrong = await client({ secretKey: "guess" }).addCredits(78, 1);
  assert.ok("code" in wrong.data);
  assert.equal(wrong.data.code, "bad_token");
  assert.throws(() => client().addCredits(78, 0), TypeError);
  assert.throws(() => client().deductCredits(78, 1.5), TypeError);
});

test("a batch has a result for each item", async () => {
  await register();
  const { success, data } = await client().batchSync([
    { telegramId: 80, amount: 5 },
    { telegramId: 80, amount: -9_999 },
  ]);
  assert.equal(success, false);
  assert.ok("results" in data);
  assert.deepEqual(data.results.map((one) => one.success), [true, false]);
});

test("a lost answer is asked for again under the same reference", async () => {
  const fake = new Fake(new Error("cut"), yes({ success: true, balance: 7, message: "" }));
  const options = { baseUrl: "http://fake", fetch: fake.fetch, longestPauseMs: 1 };
  const answer = await client(options).addCredits(77, 1);
  assert.equal(answer.balance, 7);
  const references = fake.asked.map(
    (one) => (one.body as { external_reference: string }).external_reference,
  );
  assert.equal(references.length, 2);
  assert.equal(new Set(references).size, 1);
});

test("a batch that is lost fails item by item", async () => {
  const fake = new Fake();
  const options = { baseUrl: "http://fake", fetch: fake.fetch, retries: 0 };
  const { data } = await client(options).batchSync([{ telegramId: 1, amount: 1 }]);
  assert.ok("results" in data);
  assert.equal(data.results[0]?.code, "network");
});
