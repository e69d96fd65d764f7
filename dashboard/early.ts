import type { SignedInHint } from './early-types.ts';

/**
 * Runs long before the program, which is a hundred times as large: asks for what its first view needs, if somebody seems to be
 * signed in. The program takes it over; what it does not take in time is dropped.
 */
const HINT: SignedInHint = 'vigia.signedIn';
const DEADLINE_MS = 15_000;

function isHinted(): boolean {
  try {
    return localStorage.getItem(HINT) !== null;
  } catch {
    return false;
  }
}

if (window.vigiaEarly === undefined && isHinted()) {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const answers = new Map<string, Promise<Response>>();
  const ask = (path: string): void => {
    const answer = fetch(`/api/v1${path}`, { signal });
    // Whoever takes it hears of it; nobody may.
    answer.catch(() => {});
    answers.set(path, answer);
  };
  const messages: MessageEvent[] = [];
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/live`);
  const keep = (message: MessageEvent): void => void messages.push(message);
  socket.onmessage = keep;
  socket.addEventListener('open', () => ask('/overview'));
  const early = { answers, socket, messages };
  window.vigiaEarly = early;
  ask('/session');
  setTimeout(() => {
    if (window.vigiaEarly !== early) return;
    window.vigiaEarly = null;
    socket.close();
  }, DEADLINE_MS);
}
