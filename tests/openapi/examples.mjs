// node examples.mjs openapi.json: every example of the description is as its schema says.
import { Document, escaped } from "./document.mjs";

const document = new Document(process.argv[2]);
let seen = 0;
const mistakes = [];

function check(pointer, schema, value) {
  seen += 1;
  const mistake = document.mistakes(schema, value);
  if (mistake !== "") {
    mistakes.push(`${pointer}: ${mistake}`);
  }
}

function walk(value, pointer) {
  if (value === null || typeof value !== "object") {
    return;
  }
  const isMedia = "schema" in value;
  for (const [name, example] of Object.entries((isMedia && value.examples) || {})) {
    check(`${pointer}/examples/${escaped(name)}`, `${pointer}/schema`, example.value);
  }
  if (isMedia && "example" in value) {
    check(`${pointer}/example`, `${pointer}/schema`, value.example);
  }
  if (!isMedia && Array.isArray(value.examples)) {
    value.examples.forEach((one, at) => check(`${pointer}/examples/${at}`, pointer, one));
  }
  for (const [key, part] of Object.entries(value)) {
    if (!["example", "examples", "default", "enum"].includes(key)) {
      walk(part, `${pointer}/${escaped(key)}`);
    }
  }
}

walk(document.root, "");

// A call that takes or gives JSON shows what that looks like, here or where it is described.
for (const { where, method, pointer } of document.operations()) {
  const [operation] = document.at(pointer);
  const body = operation.requestBody?.content["application/json"];
  if (body !== undefined && body.examples === undefined) {
    mistakes.push(`${method} ${where}: its body has no example`);
  }
}
console.log([...mistakes, `${seen} examples, ${mistakes.length} mistakes`].join("\n"));
process.exit(mistakes.length > 0 || seen < 50 ? 1 : 0);
