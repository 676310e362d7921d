// Messages are believed where their signature is right, and nowhere else.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { NotGenuine, verifyWebhook } from "../src/index.js";

const body = '{"id":"msg_1","type":"test","created_at":1795251200000,"data":{"name":"积分"}}';
const at = 1_795_251_200;
const now = at * 1000;

function sign(secret: string, time = at, text = body): string {
  return createHmac("sha256", secret).update(`${time}.${text}`).digest("hex");
}

test("a message with its signature is believed", async () => {
  const message = await verifyWebhook(body, `t=${at},v1=${sign("new")}`, "new", { now });
  assert.equal(message.id, "msg_1");
  const both = `t=${at},v1=${sign("new")},v1=${sign("old")}`;
  for (const secret of ["new", "old", ["older", "old"]]) {
    assert.equal((await verifyWebhook(body, both, secret, { now })).type, "test");
  }
});

test("anything else is not", async () => {
  const right = `t=${at},v1=${sign("s")}`;
  for (const [text, signature, moment] of [
    [body + " ", right, now],
    [body, `t=${at + 1},v1=${sign("s")}`, now],
    [body, `t=${at},v1=${sign("another")}`, now],
    [body, `t=${at},v1=`, now],
    [body, `v1=${sign("s")}`, now],
    [body, "", now],
    [body, null, now],
    [body, right, now + 301_000],
    [body, right, now - 301_000],
    [body, right.replace("v1=", "v0="), now],
  ] as const) {
    await assert.rejects(verifyWebhook(text, signature, "s", { now: moment }), NotGenuine);
  }
  await assert.rejects(verifyWebhook(body, right, "", { now }), TypeError);
});
