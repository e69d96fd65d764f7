import { Icon } from './Icon.tsx';

/** What was accepted and should be looked at. */
export function Warnings({ warnings }: { warnings: readonly string[] }) {
  return (
    <>
      {warnings.map((warning) => (
        <p key={warning} class="health-warning">
          <Icon name="warning" size={16} />
          <span>{warning}</span>
        </p>
      ))}
    </>
  );
}
