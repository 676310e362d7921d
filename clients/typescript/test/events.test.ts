// Streams that break, resume and end.
import assert from "node:assert/strict";
import { test } from "node:test";
import { EventParser } from "../src/events.js";
import { Fake, problem, stream } from "./fake.js";

const text = (id: string, event: string, data: object) =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

test("events come whole, however the text is cut", () => {
  const all = `retry: 10\n\n: still here\n\n${text("1", "state", { id: "7", state: "queued" })}`;
  for (let cut = 0; cut <= all.length; cut += 1) {
    const parser = new EventParser();
    const events = [...parser.feed(all.slice(0, cut)), ...parser.feed(all.slice(cut))];
    assert.deepEqual(
      events.map((one) => [one.id, one.event, one.data, one.retryMs]),
      [
        ["", "", "", 10],
        ["1", "state", '{"id":"7","state":"queued"}', undefined],
      ],
    );
  }
});

test("lines may end as they like, and data may have several", () => {
  const events = [...new EventParser().feed("id: 1\r\ndata: a\r\ndata:b\r\n\r\n")];
  assert.deepEqual([events[0]?.id, events[0]?.data], ["1", "a\nb"]);
});

test("a stream that breaks goes on after the last event, and ends with its job", async () => {
  const fake = new Fake(
    stream("retry: 1\n\n", text("a-1", "state", { id: "7", state: "processing" })),
    new TypeError("fetch failed"),
    stream(
      "retry: 1\n\n",
      text("a-2", "progress", { id: "7", progress: 50 }),
      text("a-3", "state", { id: "7", state: "completed" }),
      text("a-4", "state", { id: "7", state: "never seen" }),
    ),
  );
  const seen: string[] = [];
  for await (const event of fake.client().events("7")) {
    seen.push(event.id);
  }
  assert.deepEqual(seen, ["a-1", "a-2", "a-3"]);
  const places = fake.asked.map((one) => one.headers.get("last-event-id"));
  assert.deepEqual(places, [null, "a-1", "a-1"]);
});

test("a job whose end is known has no more events", async () => {
  const fake = new Fake(new Response(null, { status: 204 }));
  for await (const event of fake.client().events("7", { lastEventId: "a-9" })) {
    assert.fail(event.id);
  }
  assert.equal(fake.asked[0]?.headers.get("last-event-id"), "a-9");
});

test("a job that is not there is an error", async () => {
  const fake = new Fake(problem(404, "unknown_job"));
  await assert.rejects(fake.client().events("7").next(), { code: "unknown_job" });
});

test("who has heard enough leaves, and the stream is closed", async () => {
  let closed = false;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const first = text("1", "state", { id: "7", state: "queued" });
      controller.enqueue(new TextEncoder().encode(first));
    },
    cancel() {
      closed = true;
    },
  });
  const fake = new Fake(new Response(body, { status: 200 }));
  for await (const event of fake.client().events()) {
    assert.equal(event.id, "1");
    break;
  }
  assert.ok(closed);
});
