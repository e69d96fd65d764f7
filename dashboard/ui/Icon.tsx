/** Line icons on a 20-unit grid, drawn for this dashboard. */
const paths = {
  now: 'M2 11h3.5l2.5-7 4 12 2.5-5H18',
  fleet: 'M3 3.5h5v5H3zM12 3.5h5v5h-5zM3 12h5v5H3zM12 12h5v5h-5z',
  incidents: 'M10 3 18 16.5H2zM10 8.5v3.5M10 14.2v.1',
  availability: 'M3 16.5v-6M6.5 16.5V4M10 16.5V8M13.5 16.5V4M17 16.5V6.5',
  clients: 'M3 17V4.5l7-2V17M10 7.5l7 2V17M2 17h16M6 7h1.2M6 10.5h1.2M6 14h1.2M13 12h1.2M13 14.8h1.2',
  settings: 'M3 6h7M14 6h3M3 14h3M10 14h7M12 4v4M8 12v4',
  add: 'M10 4v12M4 10h12',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12ZM13.5 13.5 17 17',
  light:
    'M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6 16 16M4 16l1.4-1.4M14.6 5.4 16 4',
  dark: 'M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7Z',
  system: 'M2.5 4h15v9.5h-15zM7 17h6M10 13.5V17',
  comfortable: 'M3 5h14M3 10h14M3 15h14',
  dense: 'M3 4h14M3 8h14M3 12h14M3 16h14',
  copy: 'M7 7h9.5v9.5H7zM13 7V3.5H3.5V13H7',
  check: 'M3.5 10.5 8 15l8.5-10',
  close: 'M5 5l10 10M15 5 5 15',
  download: 'M10 3v10M5.5 9 10 13.5 14.5 9M3.5 17h13',
  person: 'M10 10a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM3.5 17.5c.6-3.2 3.2-5 6.5-5s5.9 1.8 6.5 5',
  keyboard: 'M2 5.5h16v9.5H2zM5 8.5h.1M8.3 8.5h.1M11.6 8.5h.1M15 8.5h.1M6 12h8',
  leave: 'M12 6V3.5H3.5v13H12V14M8 10h9.5M14 6.5l3.5 3.5-3.5 3.5',
  chevron: 'M7.5 4.5 13 10l-5.5 5.5',
  zoomOut: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12ZM13.5 13.5 17 17M6.5 9h5',
  server: 'M3 4h14v5H3zM3 11h14v5H3zM6 6.5h.1M6 13.5h.1',
  workstation: 'M2.5 4h15v9.5h-15zM7 17h6M10 13.5V17',
  back: 'M12.5 4.5 7 10l5.5 5.5',
  blind: 'M2 10s3-5.5 8-5.5c1.3 0 2.5.4 3.5.9M18 10s-3 5.5-8 5.5c-1.3 0-2.5-.4-3.5-.9M3.5 17 16.5 3',
  warning: 'M10 3 18 16.5H2zM10 8.5v3.5M10 14.2v.1',
  clock: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 6v4.2l2.8 1.8',
  note: 'M3.5 3.5h13v9l-4 4h-9zM12.5 16.5v-4h4M6.5 7.5h7M6.5 10.5h4',
  maintenance:
    'M12.5 3.2a4 4 0 0 0-4.9 5L3 12.8a1.7 1.7 0 0 0 0 2.4l1.8 1.8a1.7 1.7 0 0 0 2.4 0l4.6-4.6a4 4 0 0 0 5-4.9l-2.6 2.6-2.9-.9-.9-2.9Z',
  services: 'M10 2.5 16.5 6v8L10 17.5 3.5 14V6ZM3.5 6 10 9.7 16.5 6M10 9.7v7.8',
  recovery: 'M3.2 10a6.8 6.8 0 1 0 2-4.8L3 7.4M3 3v4.4h4.4M10 6.2V10l2.6 1.8',
  report: 'M3 4h14v9.5H9.5L6 17v-3.5H3ZM6.5 7.5h7M6.5 10h4.5',
  send: 'M17 3 2.5 8.5 8.5 11 11 17Z',
  remote: 'M2.5 4h15v9.5h-15zM7 17h6M7.5 7 10 8.8 7.5 10.6M11 11h2.5',
  phone:
    'M4 3h3.5l1.5 4-2 1.5a9 9 0 0 0 4.5 4.5l1.5-2 4 1.5V16a1.5 1.5 0 0 1-1.6 1.5C8.6 17 3 11.4 2.5 4.6A1.5 1.5 0 0 1 4 3Z',
  more: 'M4.5 10h.1M10 10h.1M15.4 10h.1',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

/** The mark of the house: a V with the lookout above it. */
export function BrandMark({ size = 24 }: { size?: number }) {
  return (
    <svg class="brand-mark" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d="M3.5 7.5 12 20.5l8.5-13" />
      <circle cx="12" cy="6.5" r="3" />
    </svg>
  );
}
