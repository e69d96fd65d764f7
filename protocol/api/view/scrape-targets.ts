import { type Static, Type } from 'typebox';

/** What `http_sd` of Prometheus reads: groups of addresses, each with the labels that its series get. */
export const ScrapeTargets = Type.Array(
  Type.Object({
    /** An address without a port; an IPv6 address stands in brackets. */
    targets: Type.Array(Type.String()),
    /** `client`, `site` and `device` as in `/metrics`; those that begin with `__meta_vigia_` are gone after relabelling. */
    labels: Type.Object({
      client: Type.String(),
      site: Type.String(),
      device: Type.String(),
      __meta_vigia_name: Type.String(),
      __meta_vigia_kind: Type.String(),
      __meta_vigia_os: Type.String(),
      /** Node's name of it: `linux`, `darwin`, `win32`. */
      __meta_vigia_platform: Type.String(),
      __meta_vigia_hostname: Type.String(),
      /** Each between two commas; empty without one. */
      __meta_vigia_tags: Type.String(),
      /** All of the machine, each between two commas. */
      __meta_vigia_addresses: Type.String(),
    }),
  }),
);
export type ScrapeTargets = Static<typeof ScrapeTargets>;
