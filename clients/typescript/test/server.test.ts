// The client against a running server: TALLYMAN_URL, with TALLYMAN_KEY (an admin's) and
// TALLYMAN_TOKEN (of the user ann).
import assert from "node:assert/strict";
import { test } from "node:test";
import { hasEnded, Tallyman, TallymanError, type Entry, type Job } from "../src/index.js";

const baseUrl = process.env["TALLYMAN_URL"] ?? "";
assert.notEqual(baseUrl, "", "TALLYMAN_URL is not set");
const service = new Tallyman({ baseUrl, apiKey: process.env["TALLYMAN_KEY"] ?? "" });
const ann = new Tallyman({ baseUrl, token: async () => process.env["TALLYMAN_TOKEN"] ?? "" });

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) {
    list.push(item);
  }
  return list;
}

async function refusal(call: Promise<unknown>): Promise<TallymanError> {
  const error: unknown = await call.then(
    () => assert.fail("it was not refused"),
    (one: unknown) => one,
  );
  assert.ok(error instanceof TallymanError, String(error));
  return error;
}

function slow(user: string, ms: number) {
  return { service: "script", user_id: user, input: { simulate: { latency_ms: ms } } };
}

test("a job runs, is waited for and explains its bill", async () => {
  const job = await service.enqueue(slow("ada", 300));
  assert.equal(typeof job.id, "string");
  const states: string[] = [];
  const done = await service.wait(job.id, { onChange: (seen) => states.push(seen.state) });
  assert.equal(done.state, "completed");
  assert.equal(states.at(-1), "completed");
  assert.equal(done.charge.net, 5);
  const story = await service.explain(job.id);
  assert.equal(story.net, 5);
  assert.ok(story.steps.some((step) => step.what === "consume" && step.amount === -5));
  const result = await service.result(job.id);
  assert.equal(result.status, 200);
  await result.body?.cancel();
});

test("waiting has an end", async () => {
  const job = await service.enqueue(slow("ada", 60_000));
  const seen = await service.wait(job.id, { timeoutMs: 1 });
  assert.equal(hasEnded(seen), false);
  await service.cancel(job.id);
});

test("the same key is the same job", async () => {
  const request = { ...slow("ada", 1), idempotency_key: "twice" };
  const first = await service.enqueue(request);
  assert.equal((await service.enqueue(request)).id, first.id);
  const other = await refusal(service.enqueue({ ...request, priority: 3 }));
  assert.deepEqual([other.code, other.status], ["idempotency_conflict", 409]);
});

test("a batch answers for each", async () => {
  const [taken, refused] = await service.enqueueBatch([slow("ada", 1), { service: "poem" }]);
  assert.ok(taken !== undefined && "job" in taken && taken.status === 201);
  assert.ok(refused !== undefined && "error" in refused);
  assert.deepEqual(refused.error.errors?.map((one) => one.field), ["user_id"]);
});

test("a job is cancelled, and queued again", async () => {
  const job = await service.enqueue({ ...slow("bob", 1), run_at: 4_102_444_800_000 });
  assert.equal((await service.cancel(job.id)).state, "cancelled");
  assert.equal((await refusal(service.cancel(job.id))).code, "wrong_state");
  assert.equal((await service.wait((await service.retry(job.id)).id)).state, "completed");
});

test("lists go over pages", async () => {
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    ids.push((await service.enqueue(slow("carl", 1))).id);
  }
  const found = await all(service.list({ user_id: "carl", limit: 2 }));
  assert.deepEqual(found.map((job) => job.id), ids.reverse());
});

test("events tell a job's life, and go on where they were left", async () => {
  const job = await service.enqueue(slow("dan", 500));
  const events = await all(service.events(job.id));
  const states = events.flatMap((one) => (one.event === "state" ? [one.data.state] : []));
  assert.equal(states.at(-1), "completed");
  const lastEventId = events.at(-1)?.id;
  assert.deepEqual(await all(service.events(job.id, { lastEventId })), []);
});

test("events of a user go on until one has had enough", async () => {
  const enough = new AbortController();
  const events = service.events({ user_id: "eve" }, { signal: enough.signal });
  const first = events.next();
  const again = setInterval(() => void service.enqueue(slow("eve", 1)), 200);
  const { value } = await first;
  clearInterval(again);
  assert.ok(value !== undefined && value.event === "state");
  assert.equal((value.data as Job).user_id, "eve");
  enough.abort(new RangeError("enough"));
  await assert.rejects(async () => {
    while (!(await events.next()).done);
  }, RangeError);
});

test("credits come, go and are accounted for", async () => {
  const account = await service.putAccount("fay", { username: "Fay" });
  const order = {
    user_id: "fay",
    amount: 990,
    credits: 1_000,
    payment_method: "wechat",
    order_id: "fay-1",
  };
  const recharged = await service.recharge(order);
  assert.equal(recharged.credits, account.credits + 1_000);
  assert.deepEqual(await service.recharge(order), recharged);
  const use = { user_id: "fay", amount: 7, action: "image", reference: "cover" };
  const consumed = await service.consume(use);
  assert.deepEqual(await service.consume(use), consumed);
  assert.equal((await service.balance("fay")).credits, recharged.credits - 7);
  const entries = await all(service.history("fay", { limit: 1 }));
  const sum = entries.reduce((total: number, one: Entry) => total + one.amount, 0);
  assert.equal(sum, recharged.credits - 7);
  assert.equal((await service.stats("fay")).spent, 7);
  assert.equal((await service.account("fay")).balance, recharged.credits - 7);
  assert.equal((await service.cost({ service: "script", user_id: "fay" })).cost, 5);
  assert.equal((await service.consumePoints({ service: "script", user_id: "fay" })).consumed, 5);
  assert.ok("script" in (await service.prices()).services);
});

test("credits that are not there are told by their facts", async () => {
  const input = { max_duration: 99_999 };
  const error = await refusal(service.enqueue({ service: "tts", user_id: "gil", input }));
  assert.equal(error.code, "insufficient_credits");
  assert.equal(error.status, 402);
  assert.equal(typeof error.problem?.balance, "number");
  assert.notEqual(error.requestId, undefined);
});

test("a user needs no name, and is nobody else", async () => {
  const job = await ann.enqueue({ service: "script" });
  assert.equal(job.user_id, "ann");
  assert.equal((await refusal(ann.balance("fay"))).code, "forbidden");
  const other = await service.enqueue(slow("ada", 1));
  assert.equal((await refusal(ann.get(other.id))).code, "unknown_job");
});

test("languages", async () => {
  const chinese = new Tallyman({ baseUrl, apiKey: "tm_x", language: "zh" });
  assert.match((await refusal(chinese.get("1"))).message, /./);
  const zh = new Tallyman({ baseUrl, token: process.env["TALLYMAN_TOKEN"] ?? "", language: "zh" });
  assert.match((await refusal(zh.get("999999"))).message, /没有/);
});
