/** @typedef {ReadonlyMap<string, ReadonlySet<string>>} Graph whom each points at */

/**
 * Rooms and the arrows between them: an arrow stands for all imports from one room into another.
 *
 * @param {Iterable<{ path: string, imports: readonly string[] }>} sources
 * @param {(path: string) => string | undefined} roomOf undefined leaves a file out
 * @returns {Graph}
 */
export function roomsOf(sources, roomOf) {
  /** @type {Map<string, Set<string>>} */
  const graph = new Map();
  const at = (/** @type {string} */ room) => graph.get(room) ?? graph.set(room, new Set()).get(room) ?? new Set();
  for (const { path, imports } of sources) {
    const from = roomOf(path);
    if (from === undefined) continue;
    at(from);
    for (const imported of imports) {
      const to = roomOf(imported);
      if (to === undefined || to === from) continue;
      at(to);
      at(from).add(to);
    }
  }
  return graph;
}

/** @param {Graph} graph @returns {number} */
export function arrowsOf(graph) {
  return [...graph.values()].reduce((sum, targets) => sum + targets.size, 0);
}

/**
 * Groups of nodes that reach one another, lowest first: a group points at itself and at earlier groups only (Tarjan 1972).
 *
 * @param {Graph} graph
 * @returns {readonly (readonly string[])[]}
 */
export function groupsOf(graph) {
  /** @type {Map<string, { index: number, low: number, isOpen: boolean }>} */
  const seen = new Map();
  /** @type {string[]} */
  const stack = [];
  /** @type {string[][]} */
  const groups = [];
  const visit = (/** @type {string} */ node) => {
    const mark = { index: seen.size, low: seen.size, isOpen: true };
    seen.set(node, mark);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      const other = seen.get(next) ?? visit(next);
      if (other.isOpen) mark.low = Math.min(mark.low, other.low);
    }
    if (mark.low === mark.index) {
      const group = stack.splice(stack.indexOf(node));
      for (const member of group) /** @type {{ isOpen: boolean }} */ (seen.get(member)).isOpen = false;
      groups.push(group.sort());
    }
    return mark;
  };
  for (const node of graph.keys()) if (!seen.has(node)) visit(node);
  return groups;
}

/**
 * @param {Graph} graph
 * @returns {readonly (readonly string[])[]} groups of more than one node: nothing in them is below the others
 */
export function circlesOf(graph) {
  return groupsOf(graph).filter(({ length }) => length > 1);
}

/**
 * How many floors it takes until every arrow points down; who points at one another shares a floor.
 *
 * @param {Graph} graph
 * @returns {ReadonlyMap<string, number>} the floor of each node, from 1
 */
export function floorsOf(graph) {
  /** @type {Map<string, number>} */
  const floors = new Map();
  for (const group of groupsOf(graph)) {
    const below = group.flatMap((node) => [...(graph.get(node) ?? [])].map((target) => floors.get(target) ?? 0));
    const floor = Math.max(0, ...below) + 1;
    for (const node of group) floors.set(node, floor);
  }
  return floors;
}
