// The description, with what the checks ask of it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

// Packages are not beside this file: see suite.py.
export const packages = createRequire(path.join(process.env.CHECKS_FOLDER ?? ".", "package.json"));
const Ajv = packages("ajv/dist/2020").default;

const methods = ["get", "put", "post", "delete", "patch"];

export class Document {
  constructor(file) {
    this.text = readFileSync(file, "utf8");
    this.root = JSON.parse(this.text);
    this.ajv = new Ajv({ strict: false, allErrors: true });
    for (const format of ["int64", "uri-reference", "binary"]) {
      this.ajv.addFormat(format, true);
    }
    // Clients must bear what they don't know; here it is something that nobody has described.
    this.ajv.addSchema(closed(this.root), "document");
    this.checks = new Map();
  }

  /** "/paths/~1api~1jobs/get" leads to what it names, also over a $ref. */
  at(pointer) {
    let value = this.root;
    for (const part of pointer.split("/").slice(1)) {
      value = value?.[part.replaceAll("~1", "/").replaceAll("~0", "~")];
    }
    return value?.$ref === undefined ? [value, pointer] : this.at(value.$ref.slice(1));
  }

  *operations() {
    for (const [where, calls] of Object.entries(this.root.paths)) {
      for (const method of methods.filter((one) => one in calls)) {
        yield { where, method, pointer: `/paths/${escaped(where)}/${method}` };
      }
    }
  }

  operationFor(method, target) {
    const parts = target.split("?")[0].split("/");
    const fits = ({ where, method: its }) => {
      const template = where.split("/");
      return (
        its === method.toLowerCase() &&
        template.length === parts.length &&
        template.every((part, at) => part.startsWith("{") || part === parts[at])
      );
    };
    const open = ({ where }) => where.split("{").length;
    return [...this.operations()].filter(fits).sort((a, b) => open(a) - open(b))[0];
  }

  /** What is wrong with a value by the schema at that pointer; nothing: "". */
  mistakes(pointer, value) {
    const name = encodeURI(`document#${pointer}`);
    if (!this.checks.has(name)) {
      this.checks.set(name, this.ajv.compile({ $ref: name }));
    }
    const check = this.checks.get(name);
    return check(value) ? "" : this.ajv.errorsText(check.errors, { dataVar: "" });
  }
}

export function escaped(text) {
  return text.replaceAll("~", "~0").replaceAll("/", "~1");
}

function closed(value) {
  if (Array.isArray(value)) {
    return value.map(closed);
  }
  if (value === null || typeof value !== "object") {
    return value;
  }
  const copy = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, closed(one)]));
  const shut = copy.type === "object" && "properties" in copy && !("additionalProperties" in copy);
  return shut ? { ...copy, additionalProperties: false } : copy;
}
