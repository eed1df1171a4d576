import { HttpError } from './http-error.js';

export interface Route<T> {
  method: string;
  /** OpenAPI style: `/api/v1/runs/{id}`. */
  path: string;
  value: T;
}

export interface Match<T> {
  value: T;
  /** Percent-decoded. */
  params: Record<string, string>;
}

interface Node<T> {
  children: Map<string, Node<T>>;
  parameter?: Node<T>;
  methods: Map<string, { value: T; names: string[] }>;
  allow: string;
}

const NO_PARAMS: Record<string, string> = {};

/**
 * Finds the one route of a request in a few steps, however many there are. Express asks each route in turn, which costs
 * more than all else that it does for a request.
 */
export class RouteTable<T> {
  private readonly root = emptyNode<T>();
  /** Paths without parameters, found whole. */
  private readonly exact = new Map<string, Node<T>>();

  constructor(routes: Route<T>[]) {
    for (const { method, path, value } of routes) this.add(method.toUpperCase(), path, value);
  }

  /**
   * The route; or the methods that the path has when it lacks this one; or undefined when there is no such path. HEAD is
   * answered where GET is.
   */
  find(method: string, path: string): Match<T> | { allow: string } | undefined {
    const whole = this.exact.get(path);
    if (whole) {
      const found = methodOf(whole, method);
      return found ? { value: found.value, params: NO_PARAMS } : { allow: whole.allow };
    }
    const values: string[] = [];
    const node = walk(this.root, path.split('/'), 1, values);
    if (!node) return undefined;
    const found = methodOf(node, method);
    if (!found) return { allow: node.allow };
    const params: Record<string, string> = {};
    for (const [index, name] of found.names.entries()) params[name] = decode(values[index] as string);
    return { value: found.value, params };
  }

  private add(method: string, path: string, value: T): void {
    const names: string[] = [];
    let node = this.root;
    for (const segment of path.split('/').slice(1)) {
      const name = /^\{(\w+)\}$/.exec(segment)?.[1];
      if (name) names.push(name);
      const next = (name ? node.parameter : node.children.get(segment)) ?? emptyNode<T>();
      if (name) node.parameter = next;
      else node.children.set(segment, next);
      node = next;
    }
    if (node.methods.has(method)) throw new Error(`There are two routes ${method} ${path}.`);
    node.methods.set(method, { value, names });
    const known = [...node.methods.keys(), 'OPTIONS', ...(node.methods.has('GET') ? ['HEAD'] : [])];
    node.allow = known.sort().join(', ');
    if (names.length === 0) this.exact.set(path, node);
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new HttpError(400, 'The path is not valid percent-encoding.');
  }
}

function emptyNode<T>(): Node<T> {
  return { children: new Map(), methods: new Map(), allow: '' };
}

const methodOf = <T>(node: Node<T>, method: string) => node.methods.get(method === 'HEAD' ? 'GET' : method);

/** Text before parameter; back to the parameter where the text leads nowhere. */
function walk<T>(node: Node<T>, segments: string[], at: number, values: string[]): Node<T> | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.methods.size > 0 ? node : undefined;
  const child = node.children.get(segment);
  const found = child && walk(child, segments, at + 1, values);
  if (found || !node.parameter || segment === '') return found;
  const depth = values.length;
  values.push(segment);
  const below = walk(node.parameter, segments, at + 1, values);
  if (!below) values.length = depth;
  return below;
}
