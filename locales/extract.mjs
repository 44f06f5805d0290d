/**
 * Prints the sentences of TypeScript files as JSON: every t("…") and tn("…", "…", n).
 *
 * TypeScript's own parser finds them, because Babel's lexer ends a template literal at the first back-tick inside
 * it, and the views are template literals inside template literals.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const ts = createRequire(import.meta.url)("../web/node_modules/typescript");
const ARGUMENTS = { t: 1, tn: 2 };

const messages = process.argv.slice(2).flatMap((file) => {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  return calls(source).flatMap((call) => sentences(call, source));
});
process.stdout.write(JSON.stringify(messages));

function calls(node) {
  const found = ts.isCallExpression(node) && node.expression.text in ARGUMENTS ? [node] : [];
  ts.forEachChild(node, (child) => void found.push(...calls(child)));
  return found;
}

/** One message of one or two ids; t(a ? "…" : "…") gives a message for each branch. */
function sentences(call, source) {
  const { line } = source.getLineAndCharacterOfPosition(call.getStart());
  const message = (...ids) => ({ file: source.fileName, line: line + 1, ids });
  const choices = call.arguments.slice(0, ARGUMENTS[call.expression.text]).map(texts);
  if (choices.some((choice) => choice.includes(null))) {
    throw new SyntaxError(`${source.fileName}:${line + 1}: ${call.expression.text}() needs its sentence as a literal`);
  }
  return choices.length === 2 ? [message(choices[0][0], choices[1][0])] : choices[0].map((text) => message(text));
}

function texts(node) {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return texts(node.expression);
  if (ts.isConditionalExpression(node)) return [...texts(node.whenTrue), ...texts(node.whenFalse)];
  return [null];
}
