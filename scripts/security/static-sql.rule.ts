import type { Rule, Scope } from 'eslint';
import type * as estree from 'estree';
import ts from 'typescript';

type Node = estree.Node & { parent?: Node };

/** Where SQL is handed over: the function's or method's name, and the places of the arguments that are SQL. */
const SINKS: Record<string, number[]> = {
  query: [0],
  prepared: [0],
  readPage: [1],
  and: [0],
  after: [0, 1],
  afterAscending: [0, 1],
};
const FILTER_METHODS = ['and', 'after', 'afterAscending'];

/**
 * SQL may be put together of constants alone: literals, constants made of them, what the builders of `database/` make of
 * them, numbers, and a `Filter`. Everything else is a parameter. A function's own parameters and properties of type
 * `string` are refused, since nobody can see here what they hold.
 */
export const staticSql: Rule.RuleModule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { dynamic: '`{{part}}` is not a constant: values go into SQL as parameters.' },
  },
  create(context) {
    const { sourceCode } = context;
    const types = sourceCode.parserServices as { getTypeAtLocation?(node: Node): ts.Type };
    const typeOf = (node: Node) => types.getTypeAtLocation?.(node);
    const isFilter = (node: Node) => typeOf(node)?.symbol?.name === 'Filter';

    /** The first part that is not ours; undefined where all is. */
    function foreignPart(node: Node | null | undefined): Node | undefined {
      if (!node || isConstantType(typeOf(node))) return undefined;
      // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- Whatever is not named is refused.
      switch (node.type) {
        case 'Literal':
          return undefined;
        case 'TemplateLiteral':
          return firstForeign(node.expressions);
        case 'BinaryExpression':
        case 'LogicalExpression':
          return firstForeign([node.left as Node, node.right]);
        case 'ConditionalExpression':
          return firstForeign([node.consequent, node.alternate]);
        case 'ArrayExpression':
          return firstForeign(node.elements);
        case 'ObjectExpression':
          return firstForeign(node.properties.map((one) => (one.type === 'Property' ? one.value : one.argument)));
        case 'SpreadElement':
          return foreignPart(node.argument);
        case 'MemberExpression':
          return nameOf(node.property) === 'where' && isFilter(node.object) ? undefined : node;
        case 'CallExpression':
          return foreignInCall(node);
        case 'Identifier':
          return foreignInVariable(node);
        default:
          return node;
      }
    }

    function firstForeign(nodes: readonly (Node | null)[]): Node | undefined {
      for (const node of nodes) {
        const foreign = foreignPart(node);
        if (foreign) return foreign;
      }
      return undefined;
    }

    function foreignInCall(node: estree.CallExpression): Node | undefined {
      const { callee } = node;
      if (callee.type === 'MemberExpression') {
        const name = nameOf(callee.property);
        if (name === 'join') return firstForeign([callee.object as Node, ...node.arguments]);
        const escapes =
          name === 'escapeIdentifier' || name === 'escapeLiteral' || (name === 'parameter' && isFilter(callee.object));
        return escapes ? undefined : node;
      }
      const definition = callee.type === 'Identifier' ? definitionOf(callee) : undefined;
      const isBuilder = definition?.type === 'ImportBinding' && /\/database\//.test(sourceOf(definition));
      return isBuilder ? firstForeign(node.arguments) : node;
    }

    function foreignInVariable(node: estree.Identifier): Node | undefined {
      const definition = definitionOf(node);
      if (definition?.type === 'ImportBinding') return /^[A-Z][A-Z0-9_]*$/.test(node.name) ? undefined : node;
      const isConstant = definition?.type === 'Variable' && definition.parent?.kind === 'const';
      if (!isConstant || definition.node.id.type !== 'Identifier') return node;
      return foreignPart(definition.node.init) && node;
    }

    function definitionOf(node: estree.Identifier): Scope.Definition | undefined {
      for (let scope: Scope.Scope | null = sourceCode.getScope(node); scope; scope = scope.upper) {
        const variable = scope.set.get(node.name);
        if (variable) return variable.defs[0];
      }
      return undefined;
    }

    function check(node: Node | undefined): void {
      // Its own text is looked at where it is made.
      if (node?.type === 'CallExpression' && nameOf(node.callee) === 'prepared') return;
      if (node?.type === 'ObjectExpression') {
        const text = node.properties.find((one) => one.type === 'Property' && nameOf(one.key) === 'text');
        return check(text?.type === 'Property' ? text.value : undefined);
      }
      const foreign = foreignPart(node);
      if (foreign) context.report({ node: foreign, messageId: 'dynamic', data: { part: sourceCode.getText(foreign) } });
    }

    return {
      CallExpression({ callee, arguments: args }) {
        const name = nameOf(callee.type === 'MemberExpression' ? callee.property : callee);
        if (name === undefined || !Object.hasOwn(SINKS, name)) return;
        if (FILTER_METHODS.includes(name) && !(callee.type === 'MemberExpression' && isFilter(callee.object))) return;
        for (const place of SINKS[name] ?? []) check(args[place]);
      },
      NewExpression({ callee, arguments: args }) {
        if (nameOf(callee) === 'Filter') args.forEach(check);
      },
    };
  },
};

/** Numbers too: none of them can be mistaken for SQL. */
function isConstantType(type: ts.Type | undefined): boolean {
  if (!type) return false;
  if (type.isUnion()) return type.types.every(isConstantType);
  return type.isStringLiteral() || (type.flags & ts.TypeFlags.NumberLike) !== 0;
}

const nameOf = (node: Node): string | undefined => (node.type === 'Identifier' ? node.name : undefined);

const sourceOf = ({ parent }: Scope.Definition): string =>
  parent?.type === 'ImportDeclaration' ? String(parent.source.value) : '';
