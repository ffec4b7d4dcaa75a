import { useState } from 'preact/hooks';

let made = 0;

/** An id for an element, unlike all others of the page. That of Preact is unique within one root; the viewer is another. */
export function useId(): string {
  return useState(() => `id-${(made += 1)}`)[0];
}
