import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  type SelectionSetNode,
} from 'graphql';

/** Whether a field of this name is asked for right below the one that is resolved. */
export function selects(info: GraphQLResolveInfo, name: string): boolean {
  return info.fieldNodes.some((node) => node.selectionSet && selectionHas(info, node.selectionSet, name));
}

function selectionHas(info: GraphQLResolveInfo, { selections }: SelectionSetNode, name: string): boolean {
  return selections.some((selection) => {
    if (getDirectiveValues(GraphQLSkipDirective, selection, info.variableValues)?.['if'] === true) return false;
    if (getDirectiveValues(GraphQLIncludeDirective, selection, info.variableValues)?.['if'] === false) return false;
    if (selection.kind === 'Field') return selection.name.value === name;
    const inner = selection.kind === 'InlineFragment' ? selection : info.fragments[selection.name.value];
    return inner !== undefined && selectionHas(info, inner.selectionSet, name);
  });
}
