import { type ComponentChild, type ComponentType, h } from 'preact';
import { type NamesIn, type Parameters, parametersOf } from '../route/paths.ts';
import type { IconName } from '../ui/Icon.tsx';

/** Where people find a view besides by links. */
export interface Place {
  readonly icon: IconName;
  readonly label: () => string;
  /** By default its path. */
  readonly href?: string;
  /** Where there is little room it stands in the menu of the user instead. */
  readonly second?: boolean;
  /** Something to do rather than to look at: for those who may. */
  readonly isAction?: boolean;
}

/** A page of the dashboard as one of many: its address, its name, and the ways that lead there. */
export interface View {
  readonly path: string;
  readonly place?: Place | undefined;
  /** The path of the view whose place it belongs to. */
  readonly within?: string | undefined;
  /** Pressed after `g`, and what that does in words. */
  readonly key?: { readonly letter: string; readonly words: () => string } | undefined;
  /** Null if this is not its address. */
  parameters(path: string): Parameters | null;
  page(parameters: Parameters): ComponentChild;
  /** In the tab of the browser. */
  title(parameters: Parameters): string;
}

type Choices<Path extends string> = { readonly [Name in NamesIn<Path>]?: readonly string[] };

type Props<Path extends string, Only extends Choices<Path>> = {
  readonly [Name in NamesIn<Path>]: Only[Name] extends readonly (infer Choice)[] ? Choice : string;
};

interface Description<Path extends string, Only extends Choices<Path>> extends Pick<View, 'place' | 'within' | 'key'> {
  /** What a part of the address is one of. */
  readonly only?: Only;
  /** Is told the parts of the address by their names. */
  readonly Page: ComponentType<Props<Path, Only>>;
  readonly title: (props: Props<Path, Only>) => string;
}

/** A view at an address, such as `clients/:id/contract`. @example view('fleet', { Page: Fleet, title: () => t('nav.fleet') }) */
export function view<const Path extends string, const Only extends Choices<Path> = Record<never, never>>(
  path: Path,
  { only, Page, title, place, within, key }: Description<Path, Only>,
): View {
  const choices = Object.entries<readonly string[] | undefined>(only ?? {});
  // What `parameters` gave is what the path names.
  const props = (parameters: Parameters) => parameters as Props<Path, Only>;
  return {
    ...{ path, place, within, key },
    parameters(address) {
      const found = parametersOf(path, address);
      return found && choices.every(([name, some]) => some?.includes(found[name] ?? '')) ? found : null;
    },
    page: (parameters) => h(Page, props(parameters)),
    title: (parameters) => title(props(parameters)),
  };
}

/** The view of an address, null if there is none. */
export function viewAt(
  views: readonly View[],
  address: string,
): { readonly view: View; readonly parameters: Parameters } | null {
  for (const one of views) {
    const parameters = one.parameters(address);
    if (parameters) return { view: one, parameters };
  }
  return null;
}

/** Where its place leads. */
export function hrefOf({ path, place }: View): string {
  return place?.href ?? `/${path}`;
}
