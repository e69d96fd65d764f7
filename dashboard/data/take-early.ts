import type { Early, SignedInHint } from '../early-types.ts';

/** What `early.ts` has begun, for those who would begin it now. */

const HINT: SignedInHint = 'vigia.signedIn';

let answers: Early['answers'] | null = null;
let connection: Pick<Early, 'socket' | 'messages'> | null = null;

/** To be called once, before anything is asked. */
export function takeEarly(): void {
  const early = window.vigiaEarly;
  // From here on it would come too late.
  window.vigiaEarly = null;
  if (!early) return;
  answers = early.answers;
  connection = early;
}

/** The answer to an early question, the first time that it is asked for; null if there is none that helps. */
export async function takeAnswer(path: string): Promise<Response | null> {
  const asked = answers?.get(path);
  answers?.delete(path);
  const answer = await asked?.catch(() => null);
  return answer?.ok ? answer : null;
}

/** The early connection to `/live`, the first time that it is asked for; null if it has ended, and with it what goes with it. */
export function takeConnection(): Pick<Early, 'socket' | 'messages'> | null {
  const taken = connection;
  connection = null;
  if (taken && taken.socket.readyState <= WebSocket.OPEN) return taken;
  // An overview from before would lack what changed meanwhile.
  answers = null;
  return null;
}

/** Nothing of it helps any more: nobody is signed in, or the connection that goes with it has ended. */
export function dropEarly(): void {
  answers = null;
  takeConnection()?.socket.close();
}

/** Lets the next start of the page begin early, or not. */
export function hintSignedIn(isSignedIn: boolean): void {
  try {
    if (isSignedIn) localStorage.setItem(HINT, '1');
    else localStorage.removeItem(HINT);
  } catch {
    // Storage may be forbidden: then the page starts as it would without.
  }
}
