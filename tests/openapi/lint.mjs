// node lint.mjs openapi.json: the recommended rules of Redocly's linter.
import { readFileSync } from "node:fs";
import { packages } from "./document.mjs";

const { createConfig, lintFromString } = packages("@redocly/openapi-core");

// Warnings that are right as a rule and wrong here.
const known = [
  // Calls that are open to everybody refuse nobody.
  { rule: "operation-4xx-response", at: /^#\/paths\/~1(openapi\.json|healthz|readyz)\// },
  // The data of events. OpenAPI 3.1 has no place for them; `x-events` refers to them.
  { rule: "no-unused-components", at: /^#\/components\/schemas\/(Progress|Money)Event$/ },
];

const config = await createConfig({ extends: ["recommended"] });
const source = readFileSync(process.argv[2], "utf8");
const problems = await lintFromString({ source, absoluteRef: "/openapi.json", config });
const told = problems
  .map((one) => ({ ...one, at: one.location[0]?.pointer ?? "" }))
  .filter((one) => !known.some((its) => its.rule === one.ruleId && its.at.test(one.at)))
  .map((one) => `${one.severity} ${one.ruleId} at ${one.at}: ${one.message}`);
console.log([...told, `lint: ${told.length} mistakes`].join("\n"));
process.exit(told.length > 0 ? 1 : 0);
