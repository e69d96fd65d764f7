import { type Static, Type } from 'typebox';

const strict = { additionalProperties: false } as const;
const Line = Type.String({ maxLength: 200 });
const Long = Type.String({ maxLength: 5000 });

/** What a technician needs at three in the morning: shown on every incident of the site. */
export const SiteCard = Type.Object(
  {
    address: Type.Optional(Line),
    openingHours: Type.Optional(Line),
    contacts: Type.Optional(
      Type.Array(Type.Object({ name: Line, role: Line, phone: Line, email: Line }, strict), { maxItems: 20 }),
    ),
    emergency: Type.Optional(Long),
    providers: Type.Optional(
      Type.Array(Type.Object({ name: Line, account: Line, phone: Line }, strict), { maxItems: 20 }),
    ),
    notes: Type.Optional(Long),
  },
  strict,
);
export type SiteCard = Static<typeof SiteCard>;

/** `https://...{hostname}`: `{hostname}`, `{name}`, `{device}`, `{client}` and `{site}` are replaced, URL-encoded. */
export const RemoteUrl = Type.Union([Type.String({ maxLength: 500, pattern: '^https://' }), Type.Null()]);
