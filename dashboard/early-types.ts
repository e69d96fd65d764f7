/** What `early.ts` and the program agree upon. Types alone: code of both would be a third file to wait for. */

/** In the local storage of a browser in which somebody was signed in when it was open last. */
export type SignedInHint = 'vigia.signedIn';

/** What was begun before the program was there. Each is taken once. */
export interface Early {
  /** Answers by their paths under `/api/v1`, such as `/session`. */
  readonly answers: Map<string, Promise<Response>>;
  /** To `/live`; the overview was asked for once it was open, so that no change is lost between the two. */
  readonly socket: WebSocket;
  /** What came through it until it was taken. */
  readonly messages: MessageEvent[];
}

declare global {
  interface Window {
    /** null: it is too late, the program has begun without it. */
    vigiaEarly?: Early | null;
  }
}
