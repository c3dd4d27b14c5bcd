const SHAPES = {
  check: 'M3.5 8.5l3 3 6-7',
  cross: 'M4 4l8 8M12 4l-8 8',
  half: 'M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11',
  play: 'M5 3.5l7.5 4.5L5 12.5z',
  ring: 'M8 3a5 5 0 1 0 0 10A5 5 0 1 0 8 3',
  clock: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 1 0 0-11M8 5v3.2l2.2 1.4',
  bars: 'M5.5 3.5v9M10.5 3.5v9',
  square: 'M4 4h8v8H4z',
  warn: 'M8 2.5l6 11H2zM8 7v3M8 11.8v.4',
  down: 'M4 6l4 4 4-4',
  copy: 'M5.5 5.5h7v7h-7zM3.5 10.5v-7h7',
} as const;

export type Shape = keyof typeof SHAPES;

const FILLED: ReadonlySet<Shape> = new Set(['play', 'square']);

/** A small picture beside a word; it is never the only one to tell something. */
export function Icon({ shape }: { readonly shape: Shape }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" data-filled={FILLED.has(shape) ? '' : undefined}>
      <path d={SHAPES[shape]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 16 16" aria-hidden="true">
      <rect width="16" height="16" rx="4" />
      <path d="M3 5h10M3 8h7M3 11h4" />
    </svg>
  );
}
