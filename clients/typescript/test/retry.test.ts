// What is tried again, and what is not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TallymanError } from "../src/index.js";
import { Fake, json, problem } from "./fake.js";

const lost = () => new TypeError("fetch failed");

test("an enqueue whose answer is lost is sent again with the same key", async () => {
  const fake = new Fake(lost(), json(200, { id: "1" }));
  const job = await fake.client().enqueue({ service: "tts" });
  assert.equal(job.id, "1");
  const keys = fake.asked.map((one) => (one.body as { idempotency_key: string }).idempotency_key);
  assert.match(keys[0] ?? "", /^[0-9a-f]{32}$/);
  assert.equal(keys[0], keys[1]);
});

test("two enqueues have two keys, and a key that is given is kept", async () => {
  const fake = new Fake(json(201, {}), json(201, {}), json(201, {}));
  const client = fake.client();
  await client.enqueue({ service: "tts" });
  await client.enqueue({ service: "tts" });
  await client.enqueue({ service: "tts", idempotency_key: "mine" });
  const keys = fake.asked.map((one) => (one.body as { idempotency_key: string }).idempotency_key);
  assert.notEqual(keys[0], keys[1]);
  assert.equal(keys[2], "mine");
});

test("every job of a batch gets a key of its own", async () => {
  const fake = new Fake(json(200, { results: [] }));
  await fake.client().enqueueBatch([{ service: "a" }, { service: "b" }]);
  const { jobs } = fake.asked[0]?.body as { jobs: { idempotency_key: string }[] };
  assert.equal(new Set(jobs.map((one) => one.idempotency_key)).size, 2);
});

for (const call of ["cancel", "retry"] as const) {
  test(`${call} is not sent again where its answer is lost`, async () => {
    const fake = new Fake(lost());
    await assert.rejects(fake.client()[call]("1"), { code: "network", status: 0 });
    assert.equal(fake.asked.length, 1);
  });
}

test("consume is sent again only with a reference", async () => {
  const request = { amount: 5, action: "image" };
  const once = new Fake(lost());
  await assert.rejects(once.client().consume(request), { code: "network" });
  assert.equal(once.asked.length, 1);
  const twice = new Fake(lost(), json(200, { success: true }));
  await twice.client().consume({ ...request, reference: "r" });
  assert.equal(twice.asked.length, 2);
});

test("a limit is waited for, also by what is not safe to repeat", async () => {
  const fake = new Fake(problem(429, "rate_limited", {}, "1"), json(200, { id: "1" }));
  const began = Date.now();
  await fake.client().cancel("1");
  assert.ok(Date.now() - began >= 990);
});

test("a limit that does not say when is an answer", async () => {
  const fake = new Fake(problem(429, "over_daily_cap"));
  await assert.rejects(fake.client().enqueue({ service: "tts" }), { code: "over_daily_cap" });
});

test("what asks for a longer pause than is wanted is an error at once", async () => {
  const fake = new Fake(problem(503, "store_unavailable", {}, "3600"));
  await assert.rejects(fake.client().get("1"), { retryAfterMs: 3_600_000 });
});

test("a store that is away is asked again", async () => {
  const away = problem(503, "store_unavailable", {}, "1");
  const fake = new Fake(away, json(200, { id: "1" }));
  assert.equal((await fake.client().get("1")).id, "1");
});

test("it gives up after so many tries", async () => {
  const fake = new Fake(lost(), lost(), lost());
  await assert.rejects(fake.client({ retries: 2 }).get("1"), TallymanError);
  assert.equal(fake.asked.length, 3);
});

test("an error within the server is not sent again", async () => {
  const fake = new Fake(problem(500, "internal"));
  await assert.rejects(fake.client().get("1"), { code: "internal", requestId: "q1" });
});

test("an answer that does not come is given up in time", async () => {
  const never: typeof fetch = (_, init) =>
    new Promise((_, reject) => {
      init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
    });
  const client = new Fake().client({ fetch: never, timeoutMs: 20, retries: 1 });
  await assert.rejects(client.get("1"), { code: "client_timeout" });
});

test("the caller's own signal ends it with the caller's own reason", async () => {
  const signal = AbortSignal.abort(new RangeError("enough"));
  await assert.rejects(new Fake().client().get("1", { signal }), RangeError);
});

test("the reason of an error is all there", async () => {
  const errors = [{ field: "amount", what: "must be a positive integer" }];
  const fake = new Fake(problem(422, "invalid_request", { field: "amount", errors }));
  const error = await fake.client().consume({ amount: 0, action: "a" }).catch((one) => one);
  assert.ok(error instanceof TallymanError);
  assert.deepEqual([error.code, error.status, error.requestId], ["invalid_request", 422, "q1"]);
  assert.deepEqual(error.fields, errors);
});

test("an answer of something in between is an error, too", async () => {
  const fake = new Fake(new Response("<html>", { status: 404 }));
  await assert.rejects(fake.client().get("1"), { code: "bad_answer", status: 404 });
});
