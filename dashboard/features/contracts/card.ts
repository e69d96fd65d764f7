import type { ContractTerms } from '../../../protocol/api/contract.ts';

/** What the cards of the contract's form share. */
export interface CardProps {
  readonly terms: ContractTerms;
  readonly change: (part: Partial<ContractTerms>) => void;
}

export interface MarkedProps extends CardProps {
  /** Says of a field by its name whether what stands in it cannot be read. */
  readonly mark: (name: string) => (isWrong: boolean) => void;
}

/** The whole default terms of a tier. */
export interface Preset {
  readonly tier: ContractTerms['tier'];
  readonly terms: ContractTerms;
}
