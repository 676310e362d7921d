// node answers.mjs openapi.json answers.json: what a server has really answered is as described.
// Every call must be among the answers, and succeed (but for one that never does).
import { readFileSync } from "node:fs";
import { Document, escaped } from "./document.mjs";

const document = new Document(process.argv[2]);
const answers = JSON.parse(readFileSync(process.argv[3], "utf8"));
const succeeded = new Set();
const mistakes = [];

function typeOf(answer) {
  return (answer.headers["content-type"] ?? "").split(";")[0];
}

function* mistakesOf(answer) {
  const operation = document.operationFor(answer.method, answer.target);
  if (operation === undefined) {
    yield "no such call is described";
    return;
  }
  const [{ responses, requestBody }] = document.at(operation.pointer);
  const status = String(answer.status);
  const key = status in responses ? status : "default";
  const [response, pointer] = document.at(`${operation.pointer}/responses/${key}`);
  // What payment platforms are refused with has their own form, and is an answer like any other.
  const isCallback = answer.target.startsWith("/api/payment/callback/");
  if (answer.status < 400 || isCallback) {
    succeeded.add(operation.pointer);
  }
  if (answer.status < 400) {
    if (requestBody !== undefined && answer.sent !== null) {
      const schema = `${operation.pointer}/requestBody/content/application~1json/schema`;
      yield document.mistakes(schema, answer.sent);
    }
  }
  for (const name of Object.keys(response.headers ?? {})) {
    const [header] = document.at(`${pointer}/headers/${escaped(name)}`);
    if (header.required === true && !(name.toLowerCase() in answer.headers)) {
      yield `has no ${name}`;
    }
  }
  if (answer.body === "") {
    if (response.content !== undefined) {
      yield "has no body";
    }
    return;
  }
  const types = Object.keys(response.content ?? {});
  const type = types.find((one) => one === typeOf(answer)) ?? types.find((one) => one === "*/*");
  if (type === undefined) {
    yield `${typeOf(answer)} is not described`;
    return;
  }
  const json = type.endsWith("json");
  const body = json ? JSON.parse(answer.body) : answer.body;
  yield document.mistakes(`${pointer}/content/${escaped(type)}/schema`, body);
  if (type === "application/problem+json" && body.status !== answer.status) {
    yield `says ${body.status} within`;
  }
}

function* mistakesOfEvents({ event, data }) {
  const schema = `/components/schemas/EventStream/x-events/${event}`;
  yield document.at(schema)[0] === undefined ? "is not described" : document.mistakes(schema, data);
}

for (const answer of answers.calls) {
  for (const mistake of mistakesOf(answer)) {
    if (mistake !== "") {
      mistakes.push(`${answer.method} ${answer.target} ${answer.status}: ${mistake}`);
    }
  }
}
for (const event of answers.events) {
  for (const mistake of mistakesOfEvents(event)) {
    if (mistake !== "") {
      mistakes.push(`event ${event.event}: ${mistake}`);
    }
  }
}
for (const { where, method, pointer } of document.operations()) {
  const [{ responses }] = document.at(pointer);
  const may = Object.keys(responses).some((status) => /^[23]/.test(status));
  if (may && !succeeded.has(pointer)) {
    mistakes.push(`${method} ${where}: no answer of it was looked at`);
  }
}
const count = answers.calls.length;
console.log([...mistakes, `${count} answers, ${mistakes.length} mistakes`].join("\n"));
process.exit(mistakes.length > 0 ? 1 : 0);
