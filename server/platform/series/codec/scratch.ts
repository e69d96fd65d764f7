/**
 * Room for numbers in between, used again and again: making an array of 120 doubles takes longer than coding them.
 * What it holds is good until the next call.
 */
export class Scratch {
  #room = new Float64Array(128);

  /** At least that many numbers, of any value. */
  of(count: number): Float64Array {
    if (count > this.#room.length) this.#room = new Float64Array(Math.max(count, this.#room.length * 2));
    return this.#room;
  }
}
