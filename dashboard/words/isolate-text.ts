import { type ComponentChildren, createElement, Fragment, options, type VNode } from 'preact';
import { harmless, isolated, needsIsolation } from '../../protocol/bidi.ts';

/** Elements that hold text alone. */
const textOnly = new Set(['option', 'title', 'textarea', 'text', 'tspan', 'style']);
const spoken = ['title', 'aria-label', 'aria-description', 'aria-valuetext', 'alt', 'placeholder', 'label'] as const;

/**
 * From now on every text that a page shows is harmless to what stands beside it, wherever it came from: its controls are
 * written out, and what runs from right to left stands in a `<bdi>`. It is done where texts become elements, so that no view
 * can forget it. What people edit keeps its value.
 */
export function isolateTexts(): void {
  const before = options.vnode;
  options.vnode = (vnode) => {
    if (typeof vnode.type === 'string') isolateElement(vnode.type, vnode.props as Props);
    else if (vnode.type === Fragment) (vnode.props as Props).children = childrenOf(vnode.props.children, bdi);
    before?.(vnode);
  };
}

type Props = { [name: string]: unknown; dir?: unknown; children?: ComponentChildren };

function isolateElement(type: string, props: Props): void {
  for (const name of spoken) {
    const value = props[name];
    if (typeof value === 'string') props[name] = isolated(value);
  }
  if ((type === 'input' || type === 'textarea') && props.dir === undefined) props.dir = 'auto';
  if (props.children === undefined) return;
  props.children = childrenOf(props.children, type === 'bdi' ? harmless : textOnly.has(type) ? isolated : bdi);
}

/** The same children where nothing needs it, so that what compares them sees no change. */
function childrenOf(children: ComponentChildren, show: (text: string) => string | VNode): ComponentChildren {
  if (typeof children === 'string') return show(children);
  if (!Array.isArray(children)) return children;
  const shown = children.map((child) => childrenOf(child, show));
  return shown.some((child, index) => child !== children[index]) ? shown : children;
}

function bdi(text: string): string | VNode {
  const shown = harmless(text);
  return needsIsolation(shown) ? createElement('bdi', null, shown) : shown;
}
