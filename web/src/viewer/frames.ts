// Counts the frames that were really drawn while the picture moved.

export interface Motion {
  frames: number;
  seconds: number;
  /** The longest time between two frames. */
  longest_ms: number;
}

/** Frames that follow each other within this time are one motion. */
export const REST_MS = 600;

/** Told of each frame's time, counts those of the motion that goes on. Units: ms, of one clock. */
export class FrameCounter {
  #first = 0;
  #last = -Infinity;
  #frames = 0;
  #longest = 0;

  frame(now: number): void {
    if (now - this.#last > REST_MS) {
      this.#first = now;
      this.#frames = this.#longest = 0;
    } else {
      this.#frames++;
      this.#longest = Math.max(this.#longest, now - this.#last);
    }
    this.#last = now;
  }

  /** The motion of the last frame; its first frame is where time begins. */
  get motion(): Motion {
    return { frames: this.#frames, seconds: (this.#last - this.#first) / 1000, longest_ms: this.#longest };
  }
}
