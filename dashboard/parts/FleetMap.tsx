import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { DeviceSummary, PresenceState } from '../../protocol/api/view.ts';
import { nowMs } from '../data/clock.ts';
import { priorities } from '../data/priority.ts';
import { groupFleet, presenceStates } from '../data/select.ts';
import { clients, devices, sites } from '../data/store.ts';
import { navigate } from '../route/router.ts';
import { deviceHref, fleetHref } from '../route/routes.ts';
import { Lasting } from '../ui/Ago.tsx';
import { Words } from '../ui/Words.tsx';
import { t } from '../words/i18n.ts';
import { wordsOf } from '../words/said.ts';
import { type Cell, cellAt, layOutSite, pitchFor, type SiteBlock } from './map-layout.ts';
import { StateBadge } from './StateBadge.tsx';

interface Focused {
  readonly device: DeviceSummary;
  /** Place of the square on the page, px. */
  readonly left: number;
  readonly top: number;
}

/**
 * The fleet as one square a device, by client and site. A site is one stop of the Tab key; arrows walk its squares, Enter
 * opens one. Drawn as one path for each state, so that thousands of devices cost little.
 */
export function FleetMap() {
  const host = useRef<HTMLDivElement>(null);
  const widthPx = useSignal(380);
  const focused = useSignal<Focused | null>(null);
  const groups = useComputed(() => groupFleet(devices.value.values(), clients.value, sites.value));
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      widthPx.value = element.clientWidth;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [widthPx]);
  const pitchPx = pitchFor(devices.value.size);
  return (
    <div class="map" ref={host}>
      {groups.value.map(({ client, sites: members }) => (
        <section class="map-client" key={client.id}>
          <h3>
            <a href={fleetHref({ client: client.id })}>{client.name}</a>
          </h3>
          <div class="map-sites">
            {members.map((group) => (
              <SiteSquares
                key={group.site.id}
                block={layOutSite(group, pitchPx, widthPx.value)}
                pitchPx={pitchPx}
                onFocus={(next) => {
                  focused.value = next;
                }}
              />
            ))}
          </div>
        </section>
      ))}
      {focused.value && <MapTip focused={focused.value} />}
    </div>
  );
}

interface SiteSquaresProps {
  readonly block: SiteBlock;
  readonly pitchPx: number;
  readonly onFocus: (focused: Focused | null) => void;
}

function SiteSquares({ block, pitchPx, onFocus }: SiteSquaresProps) {
  const svg = useRef<SVGSVGElement>(null);
  const active = useSignal(-1);
  const { site, devices: members } = block.group;
  const sizePx = pitchPx - (pitchPx > 10 ? 4 : 2);

  const point = (cell: Cell | null) => {
    const box = svg.current?.getBoundingClientRect();
    active.value = cell ? block.cells.indexOf(cell) : -1;
    onFocus(cell && box ? { device: cell.device, left: box.left + cell.x + sizePx / 2, top: box.top + cell.y } : null);
  };
  const under = (event: MouseEvent) => {
    const box = svg.current?.getBoundingClientRect();
    return box ? cellAt(block, pitchPx, event.clientX - box.left, event.clientY - box.top) : null;
  };
  const steps: Record<string, number> = {
    ArrowRight: 1,
    ArrowLeft: -1,
    ArrowDown: block.columns,
    ArrowUp: -block.columns,
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = steps[event.key];
    const cell = block.cells[active.value];
    if (event.key === 'Enter' && cell) navigate(deviceHref(cell.device.id));
    if (event.key === 'Escape') point(null);
    if (step === undefined) return;
    event.preventDefault();
    point(block.cells[Math.min(block.cells.length - 1, Math.max(0, active.value + step))] ?? null);
  };
  const current = block.cells[active.value];
  const optionId = `square-${site.id}`;
  return (
    <div class="map-site">
      <a class="map-site-name" href={fleetHref({ site: site.id })}>
        {site.name} <span class="count">{members.length}</span>
      </a>
      <div
        role="listbox"
        tabIndex={0}
        aria-label={t('map.site', { site: site.name, count: members.length })}
        aria-activedescendant={current ? optionId : undefined}
        class="map-squares"
        onKeyDown={onKeyDown}
        onFocus={() => point(block.cells[Math.max(0, active.value)] ?? null)}
        onBlur={() => point(null)}
        onMouseMove={(event) => point(under(event))}
        onMouseLeave={() => point(null)}
        onClick={(event) => {
          const cell = under(event);
          if (cell) navigate(deviceHref(cell.device.id));
        }}
      >
        <svg ref={svg} width={block.widthPx} height={block.heightPx} aria-hidden="true">
          {presenceStates.map((state) => (
            <StateSquares key={state} state={state} cells={block.cells} sizePx={sizePx} />
          ))}
          {priorities.map((priority) => {
            const marked = block.cells.filter((cell) => cell.device.worstPriority === priority);
            return (
              marked.length > 0 && (
                <path
                  key={priority}
                  class={`priority-${priority} corner`}
                  d={marked.map((cell) => corner(cell, sizePx)).join('')}
                />
              )
            );
          })}
          {current && (
            <rect
              class="map-active"
              x={current.x - 0.5}
              y={current.y - 0.5}
              width={sizePx + 1}
              height={sizePx + 1}
              rx="3"
            />
          )}
        </svg>
        {/* A list box may hold the option that is active and nothing else: that is how thousands stay one tab stop. */}
        <span
          id={optionId}
          role="option"
          tabIndex={-1}
          aria-selected={current !== undefined}
          {...(current && { 'aria-posinset': active.value + 1, 'aria-setsize': members.length })}
          class="sr"
        >
          {current
            ? t('map.device', {
                name: current.device.name,
                state: t(`state.${current.device.state}`),
                reason: wordsOf(current.device.stateSaid, nowMs.peek()),
              })
            : t('map.none')}
        </span>
      </div>
    </div>
  );
}

function StateSquares({ state, cells, sizePx }: { state: PresenceState; cells: readonly Cell[]; sizePx: number }) {
  const mine = cells.filter((cell) => cell.device.state === state);
  if (mine.length === 0) return null;
  const glyph = glyphs[state];
  return (
    <g class={`squares state-${state}`}>
      <path class="square" d={mine.map(({ x, y }) => square(x, y, sizePx)).join('')} />
      {glyph && sizePx > 8 && <path class="glyph" d={mine.map(({ x, y }) => glyph(x, y, sizePx)).join('')} />}
    </g>
  );
}

function square(x: number, y: number, size: number): string {
  const radius = size > 8 ? 3 : 1;
  const side = size - 2 * radius;
  const arc = (dx: number, dy: number) => `a${radius} ${radius} 0 0 1 ${dx} ${dy}`;
  return `M${x + radius} ${y}h${side}${arc(radius, radius)}v${side}${arc(-radius, radius)}h${-side}${arc(-radius, -radius)}v${-side}${arc(radius, -radius)}z`;
}

type Glyph = (x: number, y: number, size: number) => string;

/** A sign inside the square of every state but the healthy one, so that colour is never alone. */
const glyphs: Partial<Record<PresenceState, Glyph>> = {
  lost: (x, y, s) => `M${x + s * 0.3} ${y + s * 0.3}l${s * 0.4} ${s * 0.4}m0 ${-s * 0.4}l${-s * 0.4} ${s * 0.4}`,
  late: (x, y, s) => `M${x + s * 0.5} ${y + s * 0.25}v${s * 0.5}`,
  unknown: (x, y, s) => `M${x + s * 0.2} ${y + s * 0.8}l${s * 0.6} ${-s * 0.6}`,
  expected: (x, y, s) =>
    `M${x + s * 0.3} ${y + s * 0.5}h${s * 0.4}m${-s * 0.15} ${-s * 0.18}l${s * 0.18} ${s * 0.18}l${-s * 0.18} ${s * 0.18}`,
  pending: (x, y, s) => `M${x + s * 0.5} ${y + s * 0.45}v${s * 0.1}`,
  asleep: (x, y, s) => `M${x + s * 0.3} ${y + s * 0.5}h${s * 0.4}`,
};

function corner({ x, y }: Cell, size: number): string {
  const side = Math.max(4, size * 0.48);
  return `M${x + size - side} ${y - 1}h${side + 1}v${side + 1}z`;
}

function MapTip({ focused }: { focused: Focused }) {
  const { device } = focused;
  const left = Math.min(Math.max(focused.left, 150), window.innerWidth - 150);
  return (
    <div class="tip" role="presentation" style={{ left: `${left}px`, top: `${focused.top}px` }}>
      <strong>{device.name}</strong>
      <span class="tip-line">
        <StateBadge state={device.state} /> <Lasting since={device.stateSince} />
      </span>
      <span class="tip-reason">
        <Words said={device.stateSaid} />
      </span>
    </div>
  );
}
