// The shortest document that still shows a disagreement.
import { parse, print, validate, visit } from "graphql";

/// Leaves out selections one by one as long as `stillFails(query)` says so; bounded.
export async function shrunk(schema, query, stillFails) {
  let best = { ...query, text: print(parse(query.text)) };
  for (let at = 0, tries = 0; tries < 400; tries += 1) {
    const text = without(best.text, at);
    if (text === null) return best;
    const smaller = { ...best, text };
    if (text !== best.text && validate(schema, parse(text)).length === 0 && (await stillFails(smaller))) best = smaller;
    else at += 1;
  }
  return best;
}

/// A document without its selection number `at`, and without what nobody uses any more; null when it has no more.
function without(text, at) {
  let left = at;
  let found = false;
  let document = visit(parse(text), {
    SelectionSet: (set) => {
      if (found || left >= set.selections.length) {
        if (!found) left -= set.selections.length;
        return undefined;
      }
      found = true;
      const rest = set.selections.filter((_, index) => index !== left);
      return { ...set, selections: rest.length > 0 ? rest : parse("{ __typename }").definitions[0].selectionSet.selections };
    },
  });
  if (!found) return null;
  for (let before = ""; before !== print(document); ) {
    before = print(document);
    document = visit(parse(before), {
      FragmentDefinition: (node) => (before.includes(`...${node.name.value}\n`) || before.includes(`...${node.name.value} `) ? undefined : null),
      OperationDefinition: (node) => ({ ...node, variableDefinitions: node.variableDefinitions.filter((it) => new RegExp(`\\$${it.variable.name.value}\\b(?!:)`).test(before)) }),
    });
  }
  return print(document);
}
