import { arrowsOf, circlesOf, floorsOf, roomsOf } from './graph.mjs';
import { packageTies } from './packages.mjs';

/** @typedef {import('./imports.mjs').Source} Source */

const PARTS = ['server', 'agent', 'dashboard', 'protocol'];

/** Lists that grow with what there is to list. */
const CATALOGUES = [/\/locales\//];
const LONGEST_FILE = 300;
export const LONGEST_FUNCTION = 80;

/** The folder of a file of the server, at most two levels down; a file at the root is a room of its own. @param {string} path */
const folderOfServer = (path) => {
  const parts = path.split('/');
  if (parts[0] !== 'server') return undefined;
  return parts.length === 2 ? path : parts.slice(0, -1).slice(0, 3).join('/');
};

/** The rooms of the server: its folders, and each file beside them. @param {string} path */
const roomOfServer = (path) => (path.startsWith('server/') ? path.split('/').slice(0, 2).join('/') : undefined);

/** @param {string} path */
const featureOf = (path) => /^(?:server|agent|dashboard|protocol)\/features\/[^/]+/.exec(path)?.[0];

/**
 * How the house stands. Each figure is better when smaller.
 *
 * @param {ReadonlyMap<string, Source>} sources by path
 * @param {readonly string[]} longFunctions where they stand
 * @returns {Record<string, { value: number, which: readonly string[] }>}
 */
export function figuresOf(sources, longFunctions) {
  const all = [...sources.values()];
  const rooms = roomsOf(all, roomOfServer);
  const folders = roomsOf(all, folderOfServer);
  const features = roomsOf(all, featureOf);
  const files = roomsOf(all, (path) => path);
  const floors = floorsOf(rooms);
  const tall = all.filter(({ path, lines }) => lines > LONGEST_FILE && !CATALOGUES.some((is) => is.test(path)));
  const roots = PARTS.map((part) => ({ part, count: all.filter(({ path }) => isRootFile(part, path)).length }));
  const names = (/** @type {readonly (readonly string[])[]} */ circles) => circles.map((circle) => circle.join(' = '));
  return {
    'rooms of the server': { value: rooms.size, which: [] },
    'floors of the server': { value: Math.max(0, ...floors.values()), which: [] },
    'circles of rooms': { value: circlesOf(rooms).length, which: names(circlesOf(rooms)) },
    'arrows between its folders, two levels down': { value: arrowsOf(folders), which: [] },
    'circles of folders': { value: circlesOf(folders).length, which: names(circlesOf(folders)) },
    'arrows between features': { value: arrowsOf(features), which: arrowNames(features) },
    'circles of files': { value: circlesOf(files).length, which: names(circlesOf(files)) },
    'ties of packages to the rest': { value: packageTies(all).length, which: packageTies(all) },
    [`files over ${LONGEST_FILE} lines`]: {
      value: tall.length,
      which: tall.map(({ path, lines }) => `${path} ${lines}`),
    },
    [`functions over ${LONGEST_FUNCTION} lines`]: { value: longFunctions.length, which: longFunctions },
    'most files at a root': {
      value: Math.max(...roots.map(({ count }) => count)),
      which: roots.map(({ part, count }) => `${part} ${count}`),
    },
  };
}

/** @param {string} part @param {string} path */
const isRootFile = (part, path) => path.startsWith(`${part}/`) && path.split('/').length === 2;

/** @param {import('./graph.mjs').Graph} graph */
const arrowNames = (graph) => [...graph].flatMap(([from, targets]) => [...targets].map((to) => `${from} -> ${to}`));
